package org.logah.engine.cpu.plain;

import static org.logah.engine.cpu.plain.PlainKernels.F;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;

/** The matrix product, row by row, accumulated in double. */
final class PlainProduct {
    private PlainProduct() {}

    static void run(Product p, MemorySegment a, MemorySegment b, @Nullable MemorySegment bias, MemorySegment c) {
        int m = p.m();
        int n = p.n();
        int k = p.k();
        double[] row = new double[n];
        for (int batch = 0; batch < p.batch(); batch++) {
            long aStart = (long) batch * m * k;
            long bStart = (long) batch * k * n;
            long cStart = (long) batch * m * n;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) row[j] = bias == null ? 0 : bias.getAtIndex(F, j);
                if (p.transposeB()) {
                    for (int j = 0; j < n; j++) {
                        double sum = 0;
                        for (int x = 0; x < k; x++) {
                            sum += (double) left(p, a, aStart, i, x) * b.getAtIndex(F, bStart + (long) j * k + x);
                        }
                        row[j] += sum;
                    }
                } else {
                    for (int x = 0; x < k; x++) {
                        double left = left(p, a, aStart, i, x);
                        long from = bStart + (long) x * n;
                        for (int j = 0; j < n; j++) row[j] += left * b.getAtIndex(F, from + j);
                    }
                }
                long to = cStart + (long) i * n;
                for (int j = 0; j < n; j++) {
                    double before = p.accumulate() ? c.getAtIndex(F, to + j) : 0;
                    c.setAtIndex(F, to + j, (float) (before + row[j]));
                }
            }
        }
    }

    private static float left(Product p, MemorySegment a, long start, int i, int x) {
        return a.getAtIndex(F, start + (p.transposeA() ? (long) x * p.m() + i : (long) i * p.k() + x));
    }
}
