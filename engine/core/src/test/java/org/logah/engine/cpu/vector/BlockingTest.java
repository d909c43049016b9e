package org.logah.engine.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.Processor;

class BlockingTest {
    private static final Processor XEON = new Processor("Intel(R) Xeon(R)", 48 << 10, 2 << 20, 105 << 20);
    private static final Processor EPYC = new Processor("AMD EPYC", 32 << 10, 1 << 20, 32 << 20);
    private static final int LINE = 64;

    @ParameterizedTest
    @CsvSource({"8, 96", "1, 1", "7, 5", "64, 3"})
    void everyTileIsVisitedOnce(int left, int right) {
        for (int strip : new int[]{1, 2, 3, 8, 100}) {
            int[] visits = new int[left * right];
            new Blocking(1024, 64, strip).visit(left, right, (i, q) -> visits[i * right + q]++);
            assertTrue(Arrays.stream(visits).allMatch(v -> v == 1), "strips of " + strip);
        }
    }

    @Test
    void coresThatDoTwoAtATimeGetStrips() {
        assertEquals(new Blocking(1024, 128, 8), Blocking.of(XEON));
        assertEquals(new Blocking(1024, 64, 1), Blocking.of(EPYC));
        assertEquals(new Blocking(1024, 64, 8),
                Blocking.of(new Processor("AMD EPYC 9005", 48 << 10, 1 << 20, 32 << 20)));
        assertEquals(new Blocking(1024, 64, 8), Blocking.of(new Processor("Intel Xeon Gold", 32 << 10, 1 << 20, 0)));
    }

    @Test
    void textIsReadAsItIsWritten() {
        Blocking b = new Blocking(512, 96, 4);
        assertEquals(b, Blocking.parse(b.toString()));
        for (String wrong : new String[]{"", "terms=1024", "terms=1023,rows=64,strip=1", "terms=2048,rows=64,strip=1",
                "terms=1024,rows=4,strip=1", "terms=1024,rows=64,strip=0", "terms=99999,rows=64,strip=1"})
            assertTrue(assertThrows(TensorException.class, () -> Blocking.parse(wrong)).getMessage()
                    .startsWith("logah.blocking"), wrong);
    }

    /**
     * What a tile takes from beyond each cache, counted by two simulated caches that forget what was used longest ago. With AVX-512,
     * rows of A packed for one task, by a B of 3072 columns and 768 terms, 9 MB.
     */
    @Test
    void stripsSpareTheFartherCaches() {
        double[] rowsFirst = bytesPerMultiplication(XEON, new Blocking(1024, 64, 1));
        double[] strips = bytesPerMultiplication(XEON, Blocking.of(XEON));
        System.out.printf("bytes from beyond the first and the second cache for each multiplication of vectors: "
                + "rows first %.1f and %.1f, strips %.1f and %.1f%n", rowsFirst[0], rowsFirst[1], strips[0],
                strips[1]);
        assertTrue(rowsFirst[1] > 7, "rows first take all of B from the third-level cache");
        assertTrue(strips[1] < rowsFirst[1] / 6, "strips do not");
    }

    /** Bytes from the second-level cache or farther, and from farther than that. */
    private static double[] bytesPerMultiplication(Processor processor, Blocking blocking) {
        int terms = 768;
        int columns = 3072;
        int panels = columns / 32;
        int left = blocking.rows() / 8;
        Lru first = new Lru((int) (processor.firstLevel() / LINE));
        Lru second = new Lru((int) (processor.secondLevel() / LINE));
        long[] misses = new long[2];
        long bStart = 1L << 30;
        long cStart = 2L << 30;
        blocking.visit(left, panels, (i, q) -> {
            for (int k = 0; k < terms; k++) {
                long b = bStart + 128L * ((long) q * terms + k);
                touch(first, second, b, misses);
                touch(first, second, b + LINE, misses);
                touch(first, second, 32L * ((long) i * terms + k), misses);
            }
            for (int r = 0; r < 8; r++) {
                long c = cStart + 4L * ((long) (8 * i + r) * columns + 32 * q);
                touch(first, second, c, misses);
                touch(first, second, c + LINE, misses);
            }
        });
        double multiplications = 16.0 * terms * left * panels;
        return new double[]{misses[0] * LINE / multiplications, misses[1] * LINE / multiplications};
    }

    private static void touch(Lru first, Lru second, long address, long[] misses) {
        long line = address / LINE;
        if (first.has(line)) return;
        misses[0]++;
        if (!second.has(line)) misses[1]++;
    }

    /** A cache of lines that forgets the one that was used longest ago: a ring of all lines by hash, with links. */
    private static final class Lru extends java.util.LinkedHashMap<Long, Boolean> {
        private static final long serialVersionUID = 1;
        private final int lines;

        Lru(int lines) {
            super(2 * lines, 0.75f, true);
            this.lines = lines;
        }

        boolean has(long line) { return put(line, Boolean.TRUE) != null; }

        @Override
        protected boolean removeEldestEntry(java.util.Map.Entry<Long, Boolean> eldest) { return size() > lines; }
    }
}
