package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels.AdamWSlot;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/** Kernels at sizes around and beyond their tiles and work-groups, against the plain loops. Seeds are in the messages. */
class KernelTest {
    private static final int[] SIZES = {1, 2, 15, 16, 17, 63, 64, 65, 100, 128, 130, 257};
    private static GpuDevice device;

    @BeforeAll
    static void open() { device = TestDevices.open(); }

    @AfterAll
    static void close() { if (device != null) device.close(); }

    private interface Case extends BiFunction<Device, RandomStream, List<Tensor>> {}

    private static void check(long seed, double tolerance, Case c) {
        List<float[]> expected;
        try (CpuDevice cpu = new CpuDevice(1, KernelChoice.PLAIN)) {
            expected = c.apply(cpu, new RandomStream(seed)).stream().map(Tensor::toFloats).toList();
        }
        List<float[]> actual = c.apply(device, new RandomStream(seed)).stream().map(Tensor::toFloats).toList();
        for (int i = 0; i < expected.size(); i++) {
            double scale = 0.1;
            for (float v : expected.get(i)) if (!Float.isNaN(v)) scale = Math.max(scale, Math.abs(v));
            assertEquals(expected.get(i).length, actual.get(i).length);
            for (int k = 0; k < expected.get(i).length; k++) {
                assertEquals(expected.get(i)[k], actual.get(i)[k], tolerance * scale,
                        "seed " + seed + ", output " + i + ", element " + k);
            }
        }
    }

    private static Tensor random(Device d, RandomStream r, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        r.fillNormal(t, 0, 1);
        return t;
    }

    private static Tensor unwritten(Device d, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        d.kernels().fill(t, Float.NaN);
        return t;
    }

    private static int size(RandomStream r) { return SIZES[r.nextInt(SIZES.length)]; }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 5000, 16384, 16385, 4_200_000})
    void transfersKeepEveryBit(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = Float.intBitsToFloat(i * 9973 & 0x7F7FFFFF);
        Tensor t = device.allocate(Shape.of(n), DType.F32).set(values);
        assertArrayEquals(values, t.toFloats());
        assertEquals(values[n - 1], t.get(n - 1));
        int[] indices = new int[Math.min(n, 70_000)];
        for (int i = 0; i < indices.length; i++) indices[i] = -i;
        assertArrayEquals(indices, device.ofInts(Shape.of(indices.length), indices).toInts());
    }

    @Test
    void products() {
        for (long seed = 0; seed < 24; seed++) {
            int kind = (int) seed;
            check(seed, 3e-6, (d, r) -> {
                int m = size(r);
                int n = size(r);
                int k = size(r);
                int batch = 1 + r.nextInt(3);
                boolean accumulate = (kind & 4) != 0;
                Product p = new Product(batch, m, n, k, (kind & 1) != 0, (kind & 2) != 0, accumulate);
                Tensor out = accumulate ? random(d, r, batch, m, n) : unwritten(d, batch, m, n);
                d.kernels().product(p, random(d, r, batch, m, k), random(d, r, batch, k, n),
                        accumulate ? null : random(d, r, n), out);
                return List.of(out);
            });
        }
    }

    /** As many tiles as it takes for large ones. */
    @Test
    void largeProducts() {
        for (long seed = 0; seed < 8; seed++) {
            int kind = (int) seed;
            check(seed, 3e-6, (d, r) -> {
                int m = 1000 + r.nextInt(100);
                int n = 1030 + r.nextInt(200);
                int k = 5 + r.nextInt(60);
                Product p = new Product(2, m, n, k, (kind & 1) != 0, (kind & 2) != 0, (kind & 4) != 0);
                Tensor out = p.accumulate() ? random(d, r, 2, m, n) : unwritten(d, 2, m, n);
                d.kernels().product(p, random(d, r, 2, m, k), random(d, r, 2, k, n),
                        p.accumulate() ? null : random(d, r, n), out);
                return List.of(out);
            });
        }
    }

    @Test
    void rows() {
        for (long seed = 0; seed < 12; seed++) {
            check(seed, 3e-6, (d, r) -> {
                int rows = 1 + r.nextInt(40);
                int width = size(r);
                Tensor x = random(d, r, rows, width);
                Tensor dy = random(d, r, rows, width);
                Tensor y = unwritten(d, rows, width);
                Tensor dx = unwritten(d, rows, width);
                d.kernels().softmax(x, y);
                d.kernels().softmaxGradient(y, dy, dx);
                Tensor weight = random(d, r, width);
                Tensor normal = unwritten(d, rows, width);
                Tensor mean = unwritten(d, rows);
                Tensor rstd = unwritten(d, rows);
                d.kernels().layerNorm(0.1f, x, weight, random(d, r, width), normal, mean, rstd);
                Tensor dNormal = unwritten(d, rows, width);
                Tensor dWeight = unwritten(d, width);
                Tensor dBias = unwritten(d, width);
                d.kernels().layerNormGradient(x, weight, mean, rstd, dy, dNormal, dWeight, dBias);
                return List.of(y, dx, normal, mean, rstd, dNormal, dWeight, dBias);
            });
        }
    }

    @Test
    void attention() {
        int[] heads = {4, 16, 20, 64, 80, 130, 300};
        for (long seed = 0; seed < 28; seed++) {
            int kind = (int) seed;
            check(seed, 5e-6, (d, r) -> {
                int batch = 1 + r.nextInt(2);
                int count = 1 + r.nextInt(3);
                int tokens = 1 + r.nextInt(150);
                int width = count * heads[kind % 7];
                Attention a = Attention.packed(batch, tokens, count, heads[kind % 7], kind % 2 == 1);
                Tensor qkv = random(d, r, batch, tokens, 3 * width);
                Tensor bias = kind % 3 == 0
                        ? null
                        : kind % 3 == 1
                                ? random(d, r, count, tokens, tokens)
                                : random(d, r, batch, count, tokens, tokens);
                Tensor out = unwritten(d, batch, tokens, width);
                Tensor lse = unwritten(d, batch, count, tokens);
                d.kernels().attention(a, qkv, qkv, qkv, bias, out, lse);
                Tensor dqkv = unwritten(d, batch, tokens, 3 * width);
                Tensor dBias = bias == null ? null : unwritten(d, bias.shape().toArray());
                d.kernels().attentionGradient(a, qkv, qkv, qkv, bias, out, lse, random(d, r, batch, tokens, width),
                        dqkv,
                        dqkv, dqkv, dBias);
                return dBias == null ? List.of(out, lse, dqkv) : List.of(out, lse, dqkv, dBias);
            });
        }
    }

    /** Queries of one sequence, keys and values of another, with lengths on both sides of a tile's. */
    @Test
    void attentionOverAnotherSequence() {
        for (long seed = 0; seed < 12; seed++) {
            boolean causal = seed % 2 == 1;
            check(seed, 5e-6, (d, r) -> {
                int batch = 1 + r.nextInt(2);
                int queries = 1 + r.nextInt(100);
                int keys = causal ? queries + r.nextInt(80) : 2 + r.nextInt(150);
                Attention a = new Attention(batch, 2, 20, queries, keys, causal, 0.2f, 40, 0, 40, 0, 0,
                        (long) keys * 40);
                Tensor q = random(d, r, batch, queries, 40);
                Tensor k = random(d, r, batch, keys, 40);
                Tensor v = random(d, r, batch, keys, 40);
                Tensor bias = random(d, r, 2, queries, keys);
                Tensor out = unwritten(d, batch, queries, 40);
                Tensor lse = unwritten(d, batch, 2, queries);
                d.kernels().attention(a, q, k, v, bias, out, lse);
                Tensor dq = unwritten(d, batch, queries, 40);
                Tensor dk = unwritten(d, batch, keys, 40);
                Tensor dv = unwritten(d, batch, keys, 40);
                Tensor dBias = unwritten(d, 2, queries, keys);
                d.kernels().attentionGradient(a, q, k, v, bias, out, lse, random(d, r, batch, queries, 40), dq, dk, dv,
                        dBias);
                return List.of(out, lse, dq, dk, dv, dBias);
            });
        }
    }

    @Test
    void attentionOfOneQueryOverACache() {
        check(1, 5e-6, (d, r) -> {
            int keys = 37;
            Attention a = new Attention(1, 2, 8, 1, keys, true, 0.3f, 48, 0, 32, 0, 16, (long) 50 * 32);
            Tensor cache = random(d, r, 50, 32);
            Tensor out = unwritten(d, 1, 1, 16);
            d.kernels().attention(a, random(d, r, 1, 48), cache, cache, null, out, unwritten(d, 1, 2, 1));
            return List.of(out);
        });
    }

    @Test
    void sums() {
        int[][] targets = {{0, 0, 0, 0}, {0, 0, 0, 1}, {1, 0, 0, 1}, {0, 1, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, 1},
                {1, 1, 1, 1}};
        for (long seed = 0; seed < 14; seed++) {
            int[] kept = targets[(int) seed % 7];
            check(seed, 3e-6, (d, r) -> {
                int[] x = {1 + r.nextInt(9), 1 + r.nextInt(30), 1 + r.nextInt(9), size(r)};
                int[] out = new int[4];
                for (int i = 0; i < 4; i++) out[i] = kept[i] == 1 ? x[i] : 1;
                Tensor sum = unwritten(d, out);
                d.kernels().sumTo(random(d, r, x), sum);
                return List.of(sum);
            });
        }
    }

    @Test
    void sumsOfSquaresOfManyTensors() {
        List<Tensor> here = new ArrayList<>();
        double expected = 0;
        RandomStream r = new RandomStream(5);
        for (int i = 0; i < 300; i++) {
            Tensor t = random(device, r, i == 7 ? 5000 : size(r));
            for (float v : t.toFloats()) expected += (double) v * v;
            here.add(t);
        }
        assertEquals(expected, device.kernels().sumOfSquares(here), 2e-6 * expected);
        assertEquals(0, device.kernels().sumOfSquares(List.of(device.zeros(Shape.of(3)))));
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void unaryExtremes(Unary op) {
        float[] values = {0f, -0f, 1e-20f, -1e-20f, 0.624f, -0.625f, 3.99f, -4.01f, 10f, -10f, 60f, -60f, 87f, -87f};
        for (float v : values) {
            float used = op.definedEverywhere() ? v : Math.abs(v) + 1e-3f;
            check(0, 3e-6, (d, _) -> {
                Tensor y = unwritten(d, 1);
                Tensor dx = unwritten(d, 1);
                d.kernels().unary(op, d.of(Shape.of(1), used), y);
                d.kernels().unaryGradient(op, d.of(Shape.of(1), used), d.of(Shape.of(1), 2f), dx);
                return List.of(y, dx);
            });
        }
    }

    /** A class that is masked out costs nothing: without smoothing nobody asks for its logit. */
    @Test
    void aMaskedClassLeavesTheLossANumber() {
        Tensor logits = device.of(Shape.of(1, 3), 0f, 0f, Float.NEGATIVE_INFINITY);
        Tensor loss = unwritten(device);
        Tensor lse = unwritten(device, 1);
        Tensor targets = device.ofInts(Shape.of(1), 0);
        device.kernels().crossEntropy(0f, logits, targets, loss, lse);
        assertEquals((float) Math.log(2), loss.item(), 1e-6f);
        Tensor gradient = unwritten(device, 1, 3);
        device.kernels().crossEntropyGradient(0f, logits, targets, lse, device.of(Shape.scalar(), 1f), gradient);
        assertArrayEquals(new float[]{-0.5f, 0.5f, 0f}, gradient.toFloats(), 1e-6f);
    }

    /** A slope that is 0 or 1 is no number times infinity. */
    @ParameterizedTest
    @EnumSource(names = {"GELU_ERF", "GELU_TANH", "SIGMOID", "TANH", "RELU"})
    void slopesOfLargeNumbersAreNumbers(Unary op) {
        float[] values = {1e4f, -1e4f, 1e13f, -1e13f, 1e20f, -1e20f};
        Tensor dx = unwritten(device, values.length);
        Tensor dy = device.of(Shape.of(values.length), 1f, 1f, 1f, 1f, 1f, 1f);
        device.kernels().unaryGradient(op, device.of(Shape.of(values.length), values), dy, dx);
        for (int i = 0; i < values.length; i++)
            assertEquals((float) op.derivative(values[i]), dx.toFloats()[i], 2e-7f, "at " + values[i]);
    }

    /** A loss that is not a number must be seen as one. */
    @Test
    void notANumberStaysOne() {
        Tensor t = device.of(Shape.of(4), Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f);
        device.kernels().affine(2f, 1f, t, t);
        assertArrayEquals(new float[]{Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3f}, t.toFloats());
        device.kernels().binary(Binary.SUBTRACT, t, t, t);
        assertArrayEquals(new float[]{Float.NaN, Float.NaN, Float.NaN, 0f}, t.toFloats());
        assertEquals(Double.NaN, device.kernels().sumOfSquares(t));
        device.kernels().unary(Unary.RELU, t, t);
        assertArrayEquals(new float[]{Float.NaN, Float.NaN, Float.NaN, 0f}, t.toFloats());
    }

    @Test
    void notANumberSpreadsThroughRows() {
        check(1, 1e-6, (d, r) -> {
            Tensor x = random(d, r, 3, 40);
            float[] values = x.toFloats();
            values[50] = Float.NaN;
            x.set(values);
            Tensor soft = unwritten(d, 3, 40);
            d.kernels().softmax(x, soft);
            Tensor loss = unwritten(d, 1);
            d.kernels().crossEntropy(0f, x, d.ofInts(Shape.of(3), 1, 2, 3), loss, unwritten(d, 3));
            Tensor qkv = random(d, r, 1, 20, 24);
            values = qkv.toFloats();
            values[24 * 18] = Float.NaN;
            qkv.set(values);
            Tensor out = unwritten(d, 1, 20, 8);
            d.kernels().attention(Attention.packed(1, 20, 1, 8, true), qkv, qkv, qkv, null, out,
                    unwritten(d, 1, 1, 20));
            return List.of(soft, loss, out);
        });
    }

    @Test
    void indexing() {
        for (long seed = 0; seed < 6; seed++) {
            check(seed, 2e-6, (d, r) -> {
                int rows = 1 + r.nextInt(20);
                int width = size(r);
                int[] values = new int[1 + r.nextInt(300)];
                for (int i = 0; i < values.length; i++) values[i] = r.nextInt(rows);
                Tensor indices = d.ofInts(Shape.of(values.length), values);
                Tensor table = random(d, r, rows, width);
                Tensor out = unwritten(d, values.length, width);
                d.kernels().gather(table, indices, out);
                d.kernels().scatterAdd(random(d, r, values.length, width), indices, table);
                return List.of(out, table);
            });
        }
    }

    @Test
    void losses() {
        for (long seed = 0; seed < 6; seed++) {
            float smoothing = seed % 2 == 0 ? 0f : 0.1f;
            check(seed, 3e-6, (d, r) -> {
                int rows = 2 + r.nextInt(30);
                int classes = 3 * size(r);
                int[] values = new int[rows];
                for (int i = 0; i < rows; i++) values[i] = i == 1 ? -1 : r.nextInt(classes);
                Tensor targets = d.ofInts(Shape.of(rows), values);
                Tensor logits = random(d, r, rows, classes);
                Tensor loss = unwritten(d, 1);
                Tensor lse = unwritten(d, rows);
                Tensor dLogits = unwritten(d, rows, classes);
                d.kernels().crossEntropy(smoothing, logits, targets, loss, lse);
                d.kernels().crossEntropyGradient(smoothing, logits, targets, lse, d.of(Shape.of(1), 3f), dLogits);
                return List.of(loss, lse, dLogits);
            });
        }
    }

    @Test
    void optimizers() {
        check(3, 2e-6, (d, r) -> {
            List<AdamWSlot> slots = new ArrayList<>();
            List<Tensor> out = new ArrayList<>();
            for (int i = 0; i < 130; i++) {
                int n = i == 5 ? 9000 : size(r);
                Tensor v = random(d, r, n);
                d.kernels().unary(Unary.SQUARE, v, v);
                AdamWSlot s = new AdamWSlot(random(d, r, n), random(d, r, n), random(d, r, n), v);
                slots.add(s);
                out.addAll(List.of(s.parameter(), s.m(), s.v()));
            }
            d.kernels().adamW(new AdamWStep(0.01f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.5f, 3), slots);
            return out;
        });
    }
}
