package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.logah.engine.cpu.KernelComparison.check;
import static org.logah.engine.cpu.KernelComparison.random;
import static org.logah.engine.cpu.KernelComparison.unwritten;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Bf16;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/** Products at random shapes, by every kernel that computes them; seeds are in the test names. */
class ProductComparisonTest {
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
}
