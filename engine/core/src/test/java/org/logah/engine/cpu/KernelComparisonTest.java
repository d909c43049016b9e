package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Bf16;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;

/**
 * Vector kernels and float loops against the plain loops at random shapes around the vector width, and against themselves on 1, 2 and 7
 * threads, bit for bit. Outputs start as NaN, so an element that is never written shows. Seeds are in the test names.
 */
class KernelComparisonTest {
    private static final int[] WIDTHS = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 100, 257};

    /**
     * Deviations are relative to an output's largest element, or to this where all of it is smaller: inputs are of size 1, so
     * what is left of a cancellation is known to about this times the tolerance.
     */
    private static final double LEAST_SCALE = 0.1;
    private static final int GUARD = 64;
    private static final float GUARD_WORD = -7.25e9f;
    private static final List<Tensor> guarded = new ArrayList<>();

    /** Runs one operation on a device and gives its outputs. */
    private interface Case extends BiFunction<Device, RandomStream, List<Tensor>> {}

    private static void check(long seed, double tolerance, Case c) {
        RandomStream random = new RandomStream(seed);
        List<float[]> plain;
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            plain = values(c.apply(device, random.split("case")));
            assertGuardsStand("plain, seed " + seed);
        }
        for (KernelChoice kernels : new KernelChoice[]{KernelChoice.LOOPS, KernelChoice.VECTOR}) {
            List<float[]> first = null;
            for (int threads : new int[]{1, 2, 7}) {
                try (CpuDevice device = new CpuDevice(threads, kernels)) {
                    List<float[]> fast = values(c.apply(device, random.split("case")));
                    String what = kernels + ", seed " + seed + ", output ";
                    assertGuardsStand(what);
                    for (int i = 0; i < plain.size(); i++) assertClose(plain.get(i), fast.get(i), tolerance, what + i);
                    if (first == null) first = fast;
                    for (int i = 0; i < plain.size(); i++)
                        assertArrayEquals(first.get(i), fast.get(i), threads + " threads change " + what + i);
                }
            }
        }
    }

    private static void assertClose(float[] expected, float[] actual, double tolerance, String message) {
        assertEquals(expected.length, actual.length);
        double scale = LEAST_SCALE;
        for (float v : expected) scale = Math.max(scale, Math.abs(v));
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            assertTrue(difference <= tolerance * scale,
                    message + ", element " + i + ": " + expected[i] + " and " + actual[i]);
        }
    }

    private static List<float[]> values(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::toFloats).toList();
    }

    private static Tensor random(Device d, RandomStream r, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        r.fillNormal(t, 0, 1);
        return t;
    }

    /** Full of NaN, between guard words. */
    private static Tensor unwritten(Device d, int... dims) {
        Shape shape = Shape.of(dims);
        Tensor whole = d.allocate(Shape.of((int) shape.elements() + 2 * GUARD), DType.F32);
        new PlainKernels().fill(whole, GUARD_WORD);
        Tensor t = new Tensor(d, whole.storage(), GUARD, shape, DType.F32);
        new PlainKernels().fill(t, Float.NaN);
        guarded.add(whole);
        return t;
    }

    /** Kernels know memory by its address alone: a store beyond a tensor's end would go unnoticed. */
    private static void assertGuardsStand(String what) {
        for (Tensor whole : guarded) {
            int n = (int) whole.elements();
            for (int i = 0; i < GUARD; i++) {
                assertEquals(GUARD_WORD, whole.get(i), what + ": written in front of an output of " + n);
                assertEquals(GUARD_WORD, whole.get(n - 1 - i), what + ": written behind an output of " + n);
            }
        }
        guarded.clear();
    }

    private static int width(RandomStream r) { return WIDTHS[r.nextInt(WIDTHS.length)]; }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void unary(Unary op) {
        for (int round = 0; round < 6; round++) {
            long seed = round;
            check(seed, 2e-6, (d, r) -> {
                int n = seed == 0 ? 0 : seed == 1 ? 20_000 : width(r);
                Tensor x = random(d, r, n);
                d.kernels().unary(Unary.SQUARE, x, x);
                if (op != Unary.LOG && op != Unary.SQRT && op != Unary.RECIPROCAL) x = random(d, r, n);
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
                87f, -87f};
        check(0, 3e-6, (d, _) -> {
            List<Tensor> out = new ArrayList<>();
            for (float v : values) {
                float used = op == Unary.LOG || op == Unary.SQRT || op == Unary.RECIPROCAL ? Math.abs(v) + 1e-3f : v;
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
            Tensor squares = d.of(Shape.scalar(), (float) d.kernels().sumOfSquares(x));
            Tensor turned = unwritten(d, cols, rows);
            d.kernels().permute(new int[]{1, 0}, x, turned);
            return List.of(affine, y, columns, lines, squares, turned);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void product(long seed) {
        check(seed, 3e-6, (d, r) -> {
            int[] sizes = {0, 1, 5, 8, 9, 31, 33, 64, 130, 300};
            int batch = 1 + r.nextInt(3);
            int m = sizes[r.nextInt(sizes.length)];
            int n = sizes[r.nextInt(sizes.length)];
            int k = seed == 3 ? 600 : sizes[r.nextInt(sizes.length)];
            boolean ta = r.nextInt(2) == 1;
            boolean tb = r.nextInt(2) == 1;
            boolean accumulate = r.nextInt(3) == 0;
            Tensor a = random(d, r, batch, m, k);
            Tensor b = random(d, r, batch, k, n);
            Tensor bias = accumulate || r.nextInt(2) == 0 ? null : random(d, r, n);
            Tensor out = accumulate ? random(d, r, batch, m, n) : unwritten(d, batch, m, n);
            d.kernels().product(new Product(batch, m, n, k, ta, tb, accumulate), a, b, bias, out);
            return List.of(out);
        });
    }

    /** Inner sizes beyond what is packed at a time. Sums are that much longer, so errors of rounding are, too. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void deepProduct(long seed) {
        check(seed, 2e-5, (d, r) -> {
            int m = 1 + r.nextInt(seed < 4 ? 400 : 100);
            int n = 1 + r.nextInt(150);
            int k = 1000 + r.nextInt(2000);
            Tensor a = random(d, r, m, k);
            Tensor b = random(d, r, k, n);
            Tensor out = seed < 2 ? random(d, r, m, n) : unwritten(d, m, n);
            Tensor bias = seed < 5 ? null : random(d, r, n);
            d.kernels().product(new Product(1, m, n, k, seed % 2 == 1, seed / 2 % 2 == 1, seed < 2), a, b, bias, out);
            return List.of(out);
        });
    }

    /** Large ones read the matrix in place, others widen it first. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void productsWithBf16(long seed) {
        check(seed, 3e-6, (d, r) -> {
            int m = seed < 5 || seed == 6 ? 1 : 1 + r.nextInt(40);
            int n = 2 * (250 + r.nextInt(seed == 6 || seed == 7 ? 4000 : 500)) + (seed == 2 || seed == 3 ? 1 : 0);
            int k = seed == 4 ? 701 : 2 * (350 + r.nextInt(150));
            Tensor b = Bf16.narrowed(random(d, r, k, n));
            Tensor out = unwritten(d, m, n);
            Tensor bias = seed % 3 == 0 ? null : random(d, r, n);
            d.kernels().product(new Product(1, m, n, k, false, seed % 2 == 1, false), random(d, r, m, k), b, bias, out);
            Tensor rows = unwritten(d, 3, k);
            d.kernels().gather(Bf16.narrowed(random(d, r, 9, k)), d.ofInts(Shape.of(3), 8, 0, 8), rows);
            return List.of(out, rows);
        });
    }

    /** An element is one sum in one order of the inner index, however it is computed. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void productsOfLoopsAreThoseOfVectorsToTheLastBit(long seed) {
        List<float[]> results = new ArrayList<>();
        for (KernelChoice kernels : new KernelChoice[]{KernelChoice.LOOPS, KernelChoice.VECTOR}) {
            try (CpuDevice d = new CpuDevice(2, kernels)) {
                RandomStream r = new RandomStream(seed);
                int m = 2 + r.nextInt(300);
                int n = 1 + r.nextInt(1200);
                int k = 1 + r.nextInt(700);
                Tensor a = random(d, r, m, k);
                Tensor b = random(d, r, k, n);
                Tensor out = unwritten(d, m, n);
                d.kernels().product(new Product(1, m, n, k, seed % 2 == 1, seed > 1, false), a, b, random(d, r, n),
                        out);
                results.add(out.toFloats());
            }
        }
        assertArrayEquals(results.get(1), results.get(0), "seed " + seed);
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

    /** Large enough for the kernel that reads the matrix in place. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void productOfOneRow(long seed) {
        check(seed, 3e-6, (d, r) -> {
            int n = 500 + r.nextInt(seed > 5 ? 9000 : 1000);
            int k = 700 + r.nextInt(300);
            Tensor a = random(d, r, k);
            Tensor b = random(d, r, k, n);
            Tensor bias = seed % 2 == 0 ? null : random(d, r, n);
            Tensor out = unwritten(d, 1, n);
            d.kernels().product(new Product(1, 1, n, k, r.nextInt(2) == 1, seed % 4 < 2, false), a, b, bias, out);
            return List.of(out);
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
