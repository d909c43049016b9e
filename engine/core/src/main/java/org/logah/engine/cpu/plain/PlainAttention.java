package org.logah.engine.cpu.plain;

import static org.logah.engine.cpu.plain.PlainKernels.F;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Tensor;

/** Attention one query row at a time, in double. */
final class PlainAttention {
    private PlainAttention() {}

    static void forward(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        double[] logits = new double[a.keys()];
        double[] sums = new double[a.headSize()];
        MemorySegment queries = q.segment();
        MemorySegment keys = k.segment();
        MemorySegment values = v.segment();
        MemorySegment result = out.segment();
        MemorySegment logSums = lse.segment();
        for (int b = 0; b < a.batch(); b++) {
            for (int h = 0; h < a.heads(); h++) {
                for (int i = 0; i < a.queries(); i++) {
                    int seen = a.visible(i);
                    logits(a, queries, keys, bias, b, h, i, logits);
                    double max = Double.NEGATIVE_INFINITY;
                    for (int j = 0; j < seen; j++) max = Math.max(max, logits[j]);
                    double sum = 0;
                    for (int j = 0; j < seen; j++) sum += Math.exp(logits[j] - max);
                    double total = max + Math.log(sum);
                    logSums.setAtIndex(F, ((long) b * a.heads() + h) * a.queries() + i, (float) total);
                    Arrays.fill(sums, 0);
                    for (int j = 0; j < seen; j++) {
                        double p = Math.exp(logits[j] - total);
                        long at = a.valueStart(b, h) + (long) j * a.kvStride();
                        for (int c = 0; c < sums.length; c++) sums[c] += p * values.getAtIndex(F, at + c);
                    }
                    long to = a.outStart(b, h) + (long) i * a.outStride();
                    for (int c = 0; c < sums.length; c++) result.setAtIndex(F, to + c, (float) sums[c]);
                }
            }
        }
    }

    static void gradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse,
            Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias) {
        int width = a.headSize();
        double[] logits = new double[a.keys()];
        MemorySegment queries = q.segment();
        MemorySegment keys = k.segment();
        MemorySegment values = v.segment();
        MemorySegment result = out.segment();
        MemorySegment gradient = dOut.segment();
        MemorySegment logSums = lse.segment();
        MemorySegment queriesTo = dq.segment();
        MemorySegment keysTo = dk.segment();
        MemorySegment valuesTo = dv.segment();
        if (dBias != null) clear(dBias);
        for (int b = 0; b < a.batch(); b++) {
            for (int h = 0; h < a.heads(); h++) {
                double[] keyGradient = new double[a.keys() * width];
                double[] valueGradient = new double[a.keys() * width];
                for (int i = 0; i < a.queries(); i++) {
                    logits(a, queries, keys, bias, b, h, i, logits);
                    double total = logSums.getAtIndex(F, ((long) b * a.heads() + h) * a.queries() + i);
                    long row = a.outStart(b, h) + (long) i * a.outStride();
                    long query = a.queryStart(b, h) + (long) i * a.qStride();
                    double mean = 0;
                    for (int c = 0; c < width; c++) {
                        mean += (double) gradient.getAtIndex(F, row + c) * result.getAtIndex(F, row + c);
                    }
                    double[] queryGradient = new double[width];
                    for (int j = 0; j < a.visible(i); j++) {
                        double p = Math.exp(logits[j] - total);
                        long value = a.valueStart(b, h) + (long) j * a.kvStride();
                        long key = a.keyStart(b, h) + (long) j * a.kvStride();
                        double dp = 0;
                        for (int c = 0; c < width; c++) {
                            double g = gradient.getAtIndex(F, row + c);
                            dp += g * values.getAtIndex(F, value + c);
                            valueGradient[j * width + c] += p * g;
                        }
                        double ds = p * (dp - mean);
                        if (dBias != null) addBias(a, dBias, b, h, i, j, ds);
                        for (int c = 0; c < width; c++) {
                            queryGradient[c] += ds * a.scale() * keys.getAtIndex(F, key + c);
                            keyGradient[j * width + c] += ds * a.scale() * queries.getAtIndex(F, query + c);
                        }
                    }
                    for (int c = 0; c < width; c++) queriesTo.setAtIndex(F, query + c, (float) queryGradient[c]);
                }
                for (int j = 0; j < a.keys(); j++) {
                    long value = a.valueStart(b, h) + (long) j * a.kvStride();
                    long key = a.keyStart(b, h) + (long) j * a.kvStride();
                    for (int c = 0; c < width; c++) {
                        keysTo.setAtIndex(F, key + c, (float) keyGradient[j * width + c]);
                        valuesTo.setAtIndex(F, value + c, (float) valueGradient[j * width + c]);
                    }
                }
            }
        }
    }

    private static void logits(Attention a, MemorySegment q, MemorySegment k, @Nullable Tensor bias, int b, int h,
            int i,
            double[] logits) {
        long query = a.queryStart(b, h) + (long) i * a.qStride();
        for (int j = 0; j < a.visible(i); j++) {
            long key = a.keyStart(b, h) + (long) j * a.kvStride();
            double dot = 0;
            for (int c = 0; c < a.headSize(); c++) {
                dot += (double) q.getAtIndex(F, query + c) * k.getAtIndex(F, key + c);
            }
            double shift = bias == null
                    ? 0
                    : bias.segment().getAtIndex(F, biasRow(a, bias, b, h) + (long) i * a.keys() + j);
            logits[j] = dot * a.scale() + shift;
        }
    }

    private static void addBias(Attention a, Tensor dBias, int b, int h, int i, int j, double ds) {
        MemorySegment s = dBias.segment();
        long at = biasRow(a, dBias, b, h) + (long) i * a.keys() + j;
        s.setAtIndex(F, at, s.getAtIndex(F, at) + (float) ds);
    }

    /** First element of the bias of one batch and head; without a batch axis all batches share it. */
    private static long biasRow(Attention a, Tensor bias, int b, int h) {
        long plane = (long) a.queries() * a.keys();
        return bias.shape().rank() == 4 ? ((long) b * a.heads() + h) * plane : h * plane;
    }

    private static void clear(Tensor t) {
        MemorySegment s = t.segment();
        s.fill((byte) 0);
    }
}
