package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.logah.engine.cpu.KernelComparison.check;
import static org.logah.engine.cpu.KernelComparison.random;
import static org.logah.engine.cpu.KernelComparison.unwritten;
import static org.logah.engine.cpu.KernelComparison.width;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;

/** Elementwise operations, rows, attention, losses and optimizers at random shapes around the vector width; seeds are in the test names. */
class KernelComparisonTest {
    @ParameterizedTest
    @EnumSource(Unary.class)
    void unary(Unary op) {
        for (int round = 0; round < 6; round++) {
            long seed = round;
            check(seed, 2e-6, (d, r) -> {
                int n = seed == 0 ? 0 : seed == 1 ? 20_000 : width(r);
                Tensor x = random(d, r, n);
                d.kernels().unary(Unary.SQUARE, x, x);
                if (op.definedEverywhere()) x = random(d, r, n);
                else d.kernels().affine(1f, 0.1f, x, x);
                Tensor dy = random(d, r, n);
                Tensor y = unwritten(d, n);
                Tensor dx = unwritten(d, n);
                d.kernels().unary(op, x, y);
                d.kernels().unaryGradient(op, x, dy, dx);
                return List.of(y, dx);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void unaryExtremes(Unary op) {
        float[] values = {0f, -0f, 1e-20f, -1e-20f, 0.624f, 0.626f, -0.625f, 3.99f, 4.01f, -4.01f, 10f, -10f, 60f, -60f,
                87f, -87f, 88.5f, 88.7f, -87.3f};
        check(0, 3e-6, (d, _) -> {
            List<Tensor> out = new ArrayList<>();
            for (float v : values) {
                float used = op.definedEverywhere() ? v : Math.abs(v) + 1e-3f;
                Tensor y = unwritten(d, 1);
                d.kernels().unary(op, d.of(Shape.of(1), used), y);
                out.add(y);
            }
            return out;
        });
    }

    @ParameterizedTest
    @EnumSource(Binary.class)
    void binary(Binary op) {
        for (int round = 0; round < 24; round++) {
            long seed = round;
            check(seed, 1e-6, (d, r) -> {
                int rows = 1 + r.nextInt(300);
                int cols = width(r);
                int[][] shapes = {{rows, cols}, {cols}, {1}, {rows, 1}, {1, cols}, {}};
                Tensor a = random(d, r, shapes[r.nextInt(shapes.length)]);
                Tensor b = random(d, r, shapes[r.nextInt(shapes.length)]);
                if (op == Binary.DIVIDE) {
                    d.kernels().unary(Unary.SQUARE, b, b);
                    d.kernels().affine(1f, 0.5f, b, b);
                }
                Tensor out = unwritten(d, Shape.broadcast("test", a.shape(), b.shape()).toArray());
                d.kernels().binary(op, a, b, out);
                return List.of(out);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void elementwiseAndSums(long seed) {
        check(seed, 2e-6, (d, r) -> {
            int rows = seed == 0 ? 0 : 1 + r.nextInt(500);
            int cols = width(r);
            Tensor x = random(d, r, rows, cols);
            Tensor y = random(d, r, rows, cols);
            Tensor affine = unwritten(d, rows, cols);
            d.kernels().affine(-1.7f, 0.3f, x, affine);
            d.kernels().addScaled(0.4f, x, y);
            Tensor all = unwritten(d);
            Tensor columns = unwritten(d, cols);
            Tensor lines = unwritten(d, rows, 1);
            d.kernels().sumTo(x, all);
            d.kernels().sumTo(x, columns);
            d.kernels().sumTo(x, lines);
            double squared = d.kernels().sumOfSquares(x);
            Tensor squares = d.of(Shape.scalar(), (float) squared);
            // What cancels in a sum over everything leaves its rounding: it is compared beside what was added up.
            Tensor whole = d.of(Shape.scalar(),
                    (float) (all.item() / Math.max(1e-6, Math.sqrt(squared * x.elements()))));
            Tensor turned = unwritten(d, cols, rows);
            d.kernels().permute(new int[]{1, 0}, x, turned);
            return List.of(affine, y, whole, columns, lines, squares, turned);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5})
    void rotations(long seed) {
        check(seed, 0, (d, r) -> {
            int[] dims = {width(r), 1 + r.nextInt(5), width(r)};
            Tensor x = random(d, r, dims);
            Tensor forward = unwritten(d, dims[1], dims[2], dims[0]);
            Tensor back = unwritten(d, dims[2], dims[0], dims[1]);
            d.kernels().permute(new int[]{1, 2, 0}, x, forward);
            d.kernels().permute(new int[]{2, 0, 1}, x, back);
            return List.of(forward, back);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void rows(long seed) {
        check(seed, 5e-6, (d, r) -> {
            int rows = seed == 0 ? 0 : 1 + r.nextInt(200);
            int cols = width(r);
            Kernels k = d.kernels();
            Tensor x = random(d, r, rows, cols);
            Tensor dy = random(d, r, rows, cols);
            Tensor soft = unwritten(d, rows, cols);
            Tensor softGradient = unwritten(d, rows, cols);
            k.softmax(x, soft);
            k.softmaxGradient(soft, dy, softGradient);
            Tensor w = random(d, r, cols);
            Tensor b = random(d, r, cols);
            Tensor y = unwritten(d, rows, cols);
            Tensor mean = unwritten(d, rows);
            Tensor rstd = unwritten(d, rows);
            k.layerNorm(0.1f, x, w, b, y, mean, rstd);
            Tensor dx = unwritten(d, rows, cols);
            Tensor dw = unwritten(d, cols);
            Tensor db = unwritten(d, cols);
            k.layerNormGradient(x, w, mean, rstd, dy, dx, dw, db);
            return List.of(soft, softGradient, y, mean, rstd, dx, dw, db);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void attention(long seed) {
        check(seed, 2e-5, (d, r) -> {
            int batch = 1 + r.nextInt(3);
            int heads = 1 + r.nextInt(4);
            int size = new int[]{1, 4, 8, 16, 24}[r.nextInt(5)];
            int tokens = new int[]{1, 2, 17, 63, 64, 65, 130}[r.nextInt(7)];
            boolean causal = r.nextInt(2) == 0;
            int biasKind = r.nextInt(3);
            int width = heads * size;
            Attention a = Attention.packed(batch, tokens, heads, size, causal);
            Tensor qkv = random(d, r, batch, tokens, 3 * width);
            int[] biasShape = biasKind == 1
                    ? new int[]{heads, tokens, tokens}
                    : new int[]{batch, heads, tokens, tokens};
            Tensor bias = biasKind == 0 ? null : random(d, r, biasShape);
            Tensor dBias = biasKind == 0 ? null : unwritten(d, biasShape);
            Tensor out = unwritten(d, batch, tokens, width);
            Tensor lse = unwritten(d, batch, heads, tokens);
            Tensor dOut = random(d, r, batch, tokens, width);
            Tensor dqkv = unwritten(d, batch, tokens, 3 * width);
            d.kernels().attention(a, qkv, qkv, qkv, bias, out, lse);
            d.kernels().attentionGradient(a, qkv, qkv, qkv, bias, out, lse, dOut, dqkv, dqkv, dqkv, dBias);
            return dBias == null ? List.of(out, lse, dqkv) : List.of(out, lse, dqkv, dBias);
        });
    }

    /** More keys than terms of one cut of a product, and scores that are multiplied by nothing, or turned round. */
    @ParameterizedTest
    @CsvSource({"1100, 0.3", "70, 0", "70, -0.3"})
    void attentionOfUnusualScales(int keys, float scale) {
        check(keys, 2e-5, (d, r) -> {
            Attention a = new Attention(1, 1, 8, 70, keys, true, scale, 8, 0, 8, 0, 0, 8L * keys);
            Tensor q = random(d, r, 1, 70, 8);
            Tensor k = random(d, r, 1, keys, 8);
            Tensor v = random(d, r, 1, keys, 8);
            Tensor out = unwritten(d, 1, 70, 8);
            Tensor lse = unwritten(d, 1, 1, 70);
            Tensor dOut = random(d, r, 1, 70, 8);
            Tensor dq = unwritten(d, 1, 70, 8);
            Tensor dk = unwritten(d, 1, keys, 8);
            Tensor dv = unwritten(d, 1, keys, 8);
            d.kernels().attention(a, q, k, v, null, out, lse);
            d.kernels().attentionGradient(a, q, k, v, null, out, lse, dOut, dq, dk, dv, null);
            return List.of(out, lse, dq, dk, dv);
        });
    }

    /** Queries of one sequence, keys and values of another: in three matrices, or keys and values side by side. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void attentionOverAnotherSequence(long seed) {
        check(seed, 2e-5, (d, r) -> {
            int batch = 1 + r.nextInt(3);
            int heads = 1 + r.nextInt(4);
            int size = new int[]{1, 4, 8, 16, 24}[r.nextInt(5)];
            int[] lengths = {1, 2, 17, 63, 64, 65, 130};
            int queries = lengths[r.nextInt(7)];
            // Where there is one key its gradient is zero, and what is left of it rounding.
            int keys = lengths[1 + r.nextInt(6)];
            boolean causal = keys >= queries && r.nextInt(2) == 0;
            boolean together = r.nextInt(2) == 0;
            int width = heads * size;
            int stride = together ? 2 * width : width;
            Attention a = new Attention(batch, heads, size, queries, keys, causal, 0.3f, width, 0, stride, 0,
                    together ? width : 0, (long) keys * stride);
            Tensor q = random(d, r, batch, queries, width);
            Tensor k = random(d, r, batch, keys, stride);
            Tensor v = together ? k : random(d, r, batch, keys, width);
            Tensor bias = r.nextInt(2) == 0 ? null : random(d, r, heads, queries, keys);
            Tensor dBias = bias == null ? null : unwritten(d, heads, queries, keys);
            Tensor out = unwritten(d, batch, queries, width);
            Tensor lse = unwritten(d, batch, heads, queries);
            Tensor dOut = random(d, r, batch, queries, width);
            Tensor dq = unwritten(d, batch, queries, width);
            Tensor dk = unwritten(d, batch, keys, stride);
            Tensor dv = together ? dk : unwritten(d, batch, keys, width);
            d.kernels().attention(a, q, k, v, bias, out, lse);
            d.kernels().attentionGradient(a, q, k, v, bias, out, lse, dOut, dq, dk, dv, dBias);
            return dBias == null ? List.of(out, lse, dq, dk, dv) : List.of(out, lse, dq, dk, dv, dBias);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5})
    void lossesAndTables(long seed) {
        check(seed, 5e-6, (d, r) -> {
            int rows = 1 + r.nextInt(100);
            int classes = 1 + width(r);
            float smoothing = seed % 2 == 0 ? 0f : 0.1f;
            Tensor logits = random(d, r, rows, classes);
            int[] targets = new int[rows];
            for (int i = 0; i < rows; i++) targets[i] = i > 0 && r.nextInt(5) == 0 ? -1 : r.nextInt(classes);
            Tensor t = d.ofInts(Shape.of(rows), targets);
            Tensor loss = unwritten(d);
            Tensor lse = unwritten(d, rows);
            Tensor dLogits = unwritten(d, rows, classes);
            d.kernels().crossEntropy(smoothing, logits, t, loss, lse);
            d.kernels().crossEntropyGradient(smoothing, logits, t, lse, d.of(Shape.scalar(), 0.7f), dLogits);
            int[] places = new int[rows];
            for (int i = 0; i < rows; i++) places[i] = r.nextInt(rows);
            Tensor index = d.ofInts(Shape.of(rows), places);
            Tensor gathered = unwritten(d, rows, classes);
            d.kernels().gather(logits, index, gathered);
            Tensor table = d.zeros(Shape.of(rows, classes));
            d.kernels().scatterAdd(logits, index, table);
            return List.of(loss, lse, dLogits, gathered, table);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void adamW(long seed) {
        check(seed, 2e-6, (d, r) -> {
            int n = seed == 0 ? 40_000 : width(r);
            Tensor p = random(d, r, n);
            Tensor m = random(d, r, n);
            Tensor v = random(d, r, n);
            d.kernels().unary(Unary.SQUARE, random(d, r, n), v);
            d.kernels().adamW(new AdamWStep(0.1f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.5f, 3), p, random(d, r, n), m, v);
            return List.of(p, m, v);
        });
    }

    /** A class that is masked out costs nothing: without smoothing nobody asks for its logit. */
    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "LOOPS", "VECTOR"})
    void aMaskedClassLeavesTheLossANumber(KernelChoice kernels) {
        try (CpuDevice d = new CpuDevice(1, kernels)) {
            Tensor logits = d.of(Shape.of(1, 3), 0f, 0f, Float.NEGATIVE_INFINITY);
            Tensor loss = unwritten(d);
            d.kernels().crossEntropy(0f, logits, d.ofInts(Shape.of(1), 0), loss, unwritten(d, 1));
            assertEquals((float) Math.log(2), loss.item(), 1e-6f);
        }
    }

    /** A slope that is 0 or 1 is no number times infinity. */
    @ParameterizedTest
    @EnumSource(names = {"GELU_ERF", "GELU_TANH", "SIGMOID", "TANH", "RELU"})
    void slopesOfLargeNumbersAreNumbers(Unary op) {
        float[] values = {1e4f, -1e4f, 1e13f, -1e13f, 1e20f, -1e20f, Float.MAX_VALUE, -Float.MAX_VALUE};
        for (KernelChoice kernels : List.of(KernelChoice.PLAIN, KernelChoice.LOOPS, KernelChoice.VECTOR)) {
            try (CpuDevice d = new CpuDevice(1, kernels)) {
                Tensor dx = unwritten(d, values.length);
                Tensor dy = d.zeros(Shape.of(values.length));
                d.kernels().fill(dy, 1f);
                d.kernels().unaryGradient(op, d.of(Shape.of(values.length), values), dy, dx);
                for (int i = 0; i < values.length; i++)
                    assertEquals((float) op.derivative(values[i]), dx.toFloats()[i], 0f, kernels + " at " + values[i]);
            }
        }
    }

    @Test
    void exponentialsKeepWhatIsNotANumberWhateverItsBits() {
        float[] values = new float[40];
        for (int i = 0; i < values.length; i++) values[i] = Float.intBitsToFloat(0x7FC00000 + i);
        try (CpuDevice d = new CpuDevice(1, KernelChoice.VECTOR)) {
            Tensor y = unwritten(d, values.length);
            d.kernels().unary(Unary.EXP, d.of(Shape.of(values.length), values), y);
            for (float v : y.toFloats()) assertTrue(Float.isNaN(v), () -> "exp of not a number is " + v);
        }
    }

    /** Interpreted and compiled code must agree to the bit: sums over lanes have one order. */
    @Test
    void warmingUpChangesNoBit() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.VECTOR)) {
            RandomStream r = new RandomStream(1);
            Tensor x = random(device, r, 7, 101);
            Tensor y = unwritten(device, 7, 101);
            Tensor sum = unwritten(device);
            float[] first = null;
            for (int i = 0; i < 40_000; i++) {
                device.kernels().softmax(x, y);
                device.kernels().sumTo(x, sum);
                float[] now = {sum.item(), y.get(3), y.get(600)};
                if (first == null) first = now;
                assertArrayEquals(first, now, "round " + i);
            }
        }
    }
}
