package org.logah.engine.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

class RandomStreamTest {
    private static final int N = 200_000;

    @Test
    void theSameSeedGivesTheSameNumbersForEver() {
        // A change here changes every seeded result of the project.
        RandomStream r = new RandomStream(1);
        assertEquals(2396602120197291332L, r.nextLong());
        assertEquals(-340478984659244378L, r.nextLong());
        assertEquals(-0.7927509368658627, new RandomStream(42).nextNormal());
        assertEquals(612395, new RandomStream(5).split("weights").nextInt(1_000_000));
        assertNotEquals(new RandomStream(42).nextNormal(), new RandomStream(43).nextNormal());
    }

    @Test
    void splitsDependOnTheNameOnly() {
        RandomStream a = new RandomStream(5);
        RandomStream b = new RandomStream(5);
        b.nextLong();
        assertEquals(a.split("weights").nextLong(), b.split("weights").nextLong());
        assertEquals(a.split(3).nextLong(), b.split(3).nextLong());
        assertNotEquals(a.split("weights").nextLong(), a.split("biases").nextLong());
        assertNotEquals(a.split(0).nextLong(), a.split(1).nextLong());
        assertNotEquals(a.split(0).nextLong(), new RandomStream(5).nextLong());
    }

    @Test
    void momentsAreThoseOfTheDistribution() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Tensor t = device.zeros(Shape.of(N));
            new RandomStream(1).fillNormal(t, 2, 3);
            assertMoments(t, 2, 3);
            new RandomStream(2).fillUniform(t, -1, 1);
            assertMoments(t, 0, Math.sqrt(1 / 3.0));
            new RandomStream(3).fillTruncatedNormal(t, 0, 1, -2, 2);
            assertMoments(t, 0, 0.8796);
            for (float v : t.toFloats()) assertTrue(Math.abs(v) <= 2);
        }
    }

    /** In one go as one by one, and a part as the whole from there on. */
    @Test
    void filledTensorsHaveTheStreamsNumbers() {
        try (CpuDevice device = new CpuDevice()) {
            int n = 2500;
            float[] all = new float[n];
            RandomStream one = new RandomStream(5);
            for (int i = 0; i < n; i++) all[i] = (float) (-2 + 5 * one.nextDouble());
            RandomStream other = new RandomStream(5);
            Tensor whole = device.zeros(Shape.of(n));
            other.fillUniform(whole, -2, 3);
            assertArrayEquals(all, whole.toFloats());
            assertEquals(n, other.position());
            Tensor part = device.zeros(Shape.of(1100));
            new RandomStream(5).seek(700).fillUniform(part, -2, 3);
            assertArrayEquals(Arrays.copyOfRange(all, 700, 1800), part.toFloats());
        }
    }

    private static void assertMoments(Tensor t, double mean, double deviation) {
        double sum = 0;
        double squares = 0;
        for (float v : t.toFloats()) {
            sum += v;
            squares += (double) v * v;
        }
        double m = sum / N;
        assertEquals(mean, m, 5 * deviation / Math.sqrt(N));
        assertEquals(deviation, Math.sqrt(squares / N - m * m), 0.02 * deviation);
    }

    @Test
    void integersCoverTheirRangeEvenly() {
        RandomStream r = new RandomStream(9);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[r.nextInt(7)]++;
        for (int c : counts) assertEquals(10_000, c, 500);
        for (int i = 0; i < 100; i++) assertEquals(0, (r.nextInt(8, 64, 8)) % 8);
        int large = 0;
        for (int i = 0; i < 1000; i++) if (r.nextLong(3L << 40) >= 1L << 40) large++;
        assertEquals(667, large, 60);
        for (int bound : new int[]{1, 7, Integer.MAX_VALUE})
            assertEquals(new RandomStream(bound).nextInt(bound), new RandomStream(bound).nextLong((long) bound));
    }
}
