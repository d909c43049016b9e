package org.logah.engine.cpu.vector;

import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.address;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.MachineSetup;
import org.logah.engine.cpu.loop.AxisRotation;
import org.logah.engine.cpu.plain.PlainKernels;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * Kernels on the Vector API, cut into fixed tiles for the worker pool. What is not here (rare or copying operations) is
 * inherited from the plain loops on purpose.
 *
 * <p>
 * Tasks take addresses of tensors that they refer to, and {@link WorkerPool#run} keeps those alive until all tasks are done.
 */
public final class VectorKernels extends PlainKernels implements MachineSetup {
    /** Elements of one elementwise task. */
    private static final int TILE = 1 << 14;
    /** Rows whose parameter gradients are summed in float before they are added up in double. */
    private static final int ROWS = 64;
    /** Columns of one task that adds up what tasks over rows have summed. */
    private static final int COLUMNS = 512;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private final WorkerPool workers;
    /** Asked for when kernels are opened, so that a wrong one is said there. */
    private final Blocking blocking = Blocking.HERE;

    /**
     * Kernels that compute on a pool's threads.
     *
     * @param workers the pool
     */
    public VectorKernels(WorkerPool workers) { this.workers = workers; }

    @Override
    public String name() { return "vector (" + Simd.LANES * 32 + " bits)"; }

    @Override
    public String setup() { return "products cut by " + blocking; }

    private interface Run { void elements(long from, int count); }

    /** Cuts {@code n} elements into tiles; positions do not depend on the number of threads. */
    private void tiles(long n, Run run) {
        int tasks = Math.toIntExact((n + TILE - 1) / TILE);
        workers.run(tasks, t -> run.elements((long) t * TILE, (int) Math.min(TILE, n - (long) t * TILE)));
    }

    /** Rows in tasks of about a tile's size. */
    private void rows(Tensor t, Run run) {
        if (t.elements() == 0) return;
        long rows = t.elements() / t.shape().last();
        int each = Math.max(1, TILE / Math.max(1, t.shape().last()));
        int tasks = Math.toIntExact((rows + each - 1) / each);
        workers.run(tasks, k -> run.elements((long) k * each, (int) Math.min(each, rows - (long) k * each)));
    }

    @Override
    public void fill(Tensor out, float value) {
        MemorySegment o = out.segment();
        if (value == 0f) o.fill((byte) 0);
        else super.fill(out, value);
    }

    @Override
    public void permute(int[] axes, Tensor x, Tensor out) {
        if (AxisRotation.is(axes, x)) AxisRotation.of(axes, x).run(workers, x, out);
        else super.permute(axes, x, out);
    }

    @Override
    public void unary(Unary op, Tensor x, Tensor out) {
        if (!VectorUnary.supports(op)) {
            super.unary(op, x, out);
            return;
        }
        tiles(x.elements(), (from, n) -> VectorUnary.apply(op, address(x, from), address(out, from), n));
    }

    @Override
    public void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx) {
        if (!VectorUnary.supports(op)) {
            super.unaryGradient(op, x, dy, dx);
            return;
        }
        tiles(x.elements(), (from, n) -> VectorUnary.gradient(op, address(x, from), address(dy, from),
                address(dx, from), n));
    }

    @Override
    public void binary(Binary op, Tensor a, Tensor b, Tensor out) {
        if (a.shape().equals(b.shape())) {
            tiles(out.elements(),
                    (from, n) -> VectorElementwise.pair(op, address(a, from), address(b, from), address(out, from), n));
        } else if (a.elements() == out.elements() && isSuffix(b.shape(), out.shape())) {
            int row = Math.toIntExact(b.elements());
            long rows = out.elements() / row;
            int each = Math.max(1, TILE / row);
            workers.run(Math.toIntExact((rows + each - 1) / each), t -> {
                for (long r = (long) t * each; r < Math.min(rows, (long) (t + 1) * each); r++)
                    VectorElementwise.pair(op, address(a, r * row), address(b), address(out, r * row), row);
            });
        } else if (a.elements() == out.elements() && b.elements() == 1 && op != Binary.DIVIDE) {
            float s = b.get(0);
            float scale = op == Binary.MULTIPLY ? s : 1f;
            float shift = op == Binary.MULTIPLY ? 0f : op == Binary.ADD ? s : -s;
            tiles(out.elements(),
                    (from, n) -> VectorElementwise.affine(scale, shift, address(a, from), address(out, from), n));
        } else {
            super.binary(op, a, b, out);
        }
    }

    /** Whether a shape is the end of another, so that it repeats row by row; one-element shapes are not meant. */
    private static boolean isSuffix(Shape part, Shape whole) {
        int[] p = part.toArray();
        int from = 0;
        while (from < p.length && p[from] == 1) from++;
        if (from == p.length) return false;
        int[] w = whole.toArray();
        int count = p.length - from;
        return count <= w.length && part.elements() > 0
                && Arrays.equals(p, from, p.length, w, w.length - count, w.length);
    }

    @Override
    public void affine(float scale, float shift, Tensor x, Tensor out) {
        tiles(x.elements(),
                (from, n) -> VectorElementwise.affine(scale, shift, address(x, from), address(out, from), n));
    }

    @Override
    public void addScaled(float scale, Tensor x, Tensor y) {
        tiles(x.elements(), (from, n) -> VectorElementwise.addScaled(scale, address(x, from), address(y, from), n));
    }

    @Override
    public void sumTo(Tensor x, Tensor out) {
        if (x.elements() > 0 && out.elements() == 1) {
            double[] parts = new double[Math.toIntExact((x.elements() + TILE - 1) / TILE)];
            tiles(x.elements(), (from, n) -> parts[(int) (from / TILE)] = VectorElementwise.sum(address(x, from), n));
            out.segment().setAtIndex(F, 0, (float) Arrays.stream(parts).sum());
        } else if (x.elements() > 0 && isSuffix(out.shape(), x.shape())) {
            sumRows(x, out);
        } else {
            super.sumTo(x, out);
        }
    }

    /** Sums of columns: blocks of rows in float, the blocks in double. */
    private void sumRows(Tensor x, Tensor out) {
        int row = Math.toIntExact(out.elements());
        long rows = x.elements() / row;
        int tasks = Math.toIntExact((rows + ROWS - 1) / ROWS);
        long sums = ThreadMemory.floats((long) tasks * row);
        workers.run(tasks, t -> {
            long to = sums + 4L * t * row;
            clear(to, row);
            for (long r = (long) t * ROWS; r < Math.min(rows, (long) (t + 1) * ROWS); r++)
                VectorElementwise.addScaled(1f, address(x, r * row), to, row);
        });
        addUp(sums, tasks, row, out);
    }

    /** {@code out[j] = sum over t of sums[t * stride + j]}, in double. */
    private void addUp(long sums, int tasks, int stride, Tensor out) {
        int n = Math.toIntExact(out.elements());
        workers.run((n + COLUMNS - 1) / COLUMNS, c -> VectorElementwise.addColumns(sums + 4L * c * COLUMNS, tasks,
                stride, address(out, c * COLUMNS), Math.min(COLUMNS, n - c * COLUMNS)));
    }

    private static void clear(long from, long count) { MEMORY.asSlice(from, 4 * count).fill((byte) 0); }

    @Override
    public double sumOfSquares(Tensor x) {
        double[] parts = new double[Math.toIntExact((x.elements() + TILE - 1) / TILE)];
        tiles(x.elements(),
                (from, n) -> parts[(int) (from / TILE)] = VectorElementwise.sumOfSquares(address(x, from), n));
        return Arrays.stream(parts).sum();
    }

    @Override
    public void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        VectorProduct.run(blocking, workers, p, a, b, bias, out);
    }

    @Override
    public void softmax(Tensor x, Tensor out) {
        int n = x.shape().last();
        rows(x, (from, count) -> VectorRows.softmax(address(x, from * n), address(out, from * n), n, count));
    }

    @Override
    public void softmaxGradient(Tensor y, Tensor dy, Tensor dx) {
        int n = y.shape().last();
        rows(y, (from, count) -> VectorRows.softmaxGradients(address(y, from * n), address(dy, from * n),
                address(dx, from * n), n, count));
    }

    @Override
    public void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        int n = x.shape().last();
        rows(x, (from, count) -> VectorLayerNorm.forward(eps, address(x, from * n), address(weight), address(bias),
                address(out, from * n), address(mean, from), address(rstd, from), n, count));
    }

    @Override
    public void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias) {
        int n = x.shape().last();
        long rows = n == 0 ? 0 : x.elements() / n;
        int tasks = Math.toIntExact((rows + ROWS - 1) / ROWS);
        long sums = ThreadMemory.floats((long) tasks * 2 * n);
        workers.run(tasks, t -> {
            long to = sums + 8L * t * n;
            clear(to, 2L * n);
            long from = (long) t * ROWS;
            VectorLayerNorm.gradient(address(x, from * n), address(weight), address(mean, from), address(rstd, from),
                    address(dy, from * n), dx == null ? 0 : address(dx, from * n), to, n,
                    (int) Math.min(ROWS, rows - from));
        });
        if (dWeight != null) addUp(sums, tasks, 2 * n, dWeight);
        if (dBias != null) addUp(sums + 4L * n, tasks, 2 * n, dBias);
    }

    @Override
    public void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        workers.run(a.batch() * a.heads(),
                t -> VectorAttention.forward(a, q, k, v, bias, out, lse, t / a.heads(), t % a.heads()));
    }

    @Override
    public void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out,
            Tensor lse,
            Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias) {
        if (dBias != null) fill(dBias, 0f);
        // Where all batches share one bias its gradient adds up over them: then a task is a head, batch after batch.
        boolean shared = dBias != null && dBias.shape().rank() == 3;
        int tasks = shared ? a.heads() : a.batch() * a.heads();
        workers.run(tasks, t -> {
            for (int b = shared ? 0 : t / a.heads(); b < (shared ? a.batch() : t / a.heads() + 1); b++) {
                VectorAttention.gradient(a, q, k, v, bias, out, lse, dOut, dq, dk, dv, dBias, b, t % a.heads());
            }
        });
    }

    @Override
    public void gather(Tensor table, Tensor indices, Tensor out) {
        if (table.type() == DType.BF16) {
            super.gather(table, indices, out);
            return;
        }
        long row = table.shape().last() * 4L;
        rows(out, (from, count) -> {
            for (long i = from; i < from + count; i++) {
                long at = indices.segment().getAtIndex(I, i) * row;
                MemorySegment.copy(table.segment(), at, out.segment(), i * row, row);
            }
        });
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
        int row = table.shape().last();
        workers.runHere(Math.toIntExact(indices.elements()), i -> VectorElementwise.addScaled(1f,
                address(rows, (long) i * row), address(table, (long) indices.segment().getAtIndex(I, i) * row), row));
    }

    @Override
    public void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse) {
        int n = logits.shape().last();
        int count = Math.toIntExact(targets.elements());
        double[] losses = new double[count];
        rows(logits, (from, c) -> {
            VectorRows.logarithmsOfSums(address(logits, from * n), n, c, losses, (int) from);
            for (int r = (int) from; r < from + c; r++) {
                double log = losses[r];
                losses[r] = 0;
                lse.segment().setAtIndex(F, r, (float) log);
                int target = targets.segment().getAtIndex(I, r);
                if (target < 0) continue;
                double even = smoothing == 0
                        ? 0
                        : smoothing * (double) VectorElementwise.sum(address(logits, (long) r * n), n) / n;
                losses[r] = log - (1 - smoothing) * logits.get((long) r * n + target) - even;
            }
        });
        loss.segment().setAtIndex(F, 0, (float) (Arrays.stream(losses).sum() / counted(targets)));
    }

    @Override
    public void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss,
            Tensor dLogits) {
        int n = logits.shape().last();
        float scale = (float) (dLoss.get(0) / (double) counted(targets));
        MemorySegment o = dLogits.segment();
        rows(logits, (from, c) -> {
            for (long r = from; r < from + c; r++) {
                int target = targets.segment().getAtIndex(I, r);
                long at = r * n;
                if (target < 0) {
                    o.asSlice(at * 4, n * 4L).fill((byte) 0);
                    continue;
                }
                VectorRows.crossEntropyGradient(scale, lse.segment().getAtIndex(F, r), smoothing / n,
                        address(logits, at),
                        address(dLogits, at), n);
                o.setAtIndex(F, at + target, o.getAtIndex(F, at + target) - scale * (1 - smoothing));
            }
        });
    }

    @Override
    public void adamW(AdamWStep s, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        tiles(parameter.elements(),
                (from, n) -> VectorElementwise.adamW(s, address(parameter, from), address(gradient, from),
                        address(m, from), address(v, from), n));
    }
}
