package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.plain.PlainKernels;
import org.logah.engine.random.RandomStream;

/**
 * Runs an operation with vector kernels and float loops against the plain loops, and against themselves on 1, 2 and 7 threads,
 * bit for bit. Outputs start as NaN between guard words, so an element that is never written shows, and one too many.
 */
final class KernelComparison {
    private static final int[] WIDTHS = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 100, 257};

    /**
     * Deviations are relative to an output's largest element, or to this where all of it is smaller: inputs are of size 1, so
     * what is left of a cancellation is known to about this times the tolerance.
     */
    private static final double LEAST_SCALE = 0.1;
    private static final int GUARD = 64;
    private static final float GUARD_WORD = -7.25e9f;
    private static final List<Tensor> GUARDED = new ArrayList<>();

    /** Runs one operation on a device and gives its outputs. */
    interface Case extends BiFunction<Device, RandomStream, List<Tensor>> {}

    static void check(long seed, double tolerance, Case c) {
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

    static Tensor random(Device d, RandomStream r, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        r.fillNormal(t, 0, 1);
        return t;
    }

    /** Full of NaN, between guard words. */
    static Tensor unwritten(Device d, int... dims) {
        Shape shape = Shape.of(dims);
        Tensor whole = d.allocate(Shape.of((int) shape.elements() + 2 * GUARD), DType.F32);
        new PlainKernels().fill(whole, GUARD_WORD);
        Tensor t = new Tensor(d, whole.storage(), GUARD, shape, DType.F32);
        new PlainKernels().fill(t, Float.NaN);
        GUARDED.add(whole);
        return t;
    }

    /** Kernels know memory by its address alone: a store beyond a tensor's end would go unnoticed. */
    private static void assertGuardsStand(String what) {
        for (Tensor whole : GUARDED) {
            int n = (int) whole.elements();
            for (int i = 0; i < GUARD; i++) {
                assertEquals(GUARD_WORD, whole.get(i), what + ": written in front of an output of " + n);
                assertEquals(GUARD_WORD, whole.get(n - 1 - i), what + ": written behind an output of " + n);
            }
        }
        GUARDED.clear();
    }

    static int width(RandomStream r) { return WIDTHS[r.nextInt(WIDTHS.length)]; }

    private KernelComparison() {}
}
