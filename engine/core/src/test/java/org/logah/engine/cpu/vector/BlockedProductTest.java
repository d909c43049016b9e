package org.logah.engine.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.logah.engine.DType;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.cpu.threads.WorkerPool;
import org.logah.engine.random.RandomStream;

/** However a product is cut for a processor, and by however many threads, its numbers are the same bits. */
class BlockedProductTest {
    private static final List<Blocking> BLOCKINGS = List.of(new Blocking(1024, 64, 1), new Blocking(1024, 128, 8),
            new Blocking(256, 192, 4), new Blocking(8, 8, 3), new Blocking(512, 64, 1000));

    @Test
    void numbersDoNotDependOnWhereItIsCut() {
        long seed = System.nanoTime();
        System.out.println("shapes of products from seed " + seed);
        Random random = new Random(seed);
        RandomStream numbers = new RandomStream(seed);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.VECTOR);
                WorkerPool one = new WorkerPool(1);
                WorkerPool three = new WorkerPool(3)) {
            for (int i = 0; i < 12; i++) {
                Product p = new Product(1, 1 + random.nextInt(300), 1 + random.nextInt(200), 1 + random.nextInt(1400),
                        random.nextBoolean(), random.nextBoolean(), false);
                Tensor a = device.allocate(Shape.of(p.m(), p.k()), DType.F32);
                Tensor b = device.allocate(Shape.of(p.k(), p.n()), DType.F32);
                numbers.fillNormal(a, 0, 1);
                numbers.fillNormal(b, 0, 1);
                float[] expected = product(BLOCKINGS.getFirst(), one, p, a, b, device);
                for (Blocking blocking : BLOCKINGS) {
                    assertArrayEquals(expected, product(blocking, one, p, a, b, device), blocking + " " + p);
                    assertArrayEquals(expected, product(blocking, three, p, a, b, device),
                            "3 threads, " + blocking + " " + p);
                }
            }
        }
    }

    private static float[] product(Blocking blocking, WorkerPool workers, Product p, Tensor a, Tensor b,
            CpuDevice device) {
        Tensor c = device.allocate(Shape.of(p.m(), p.n()), DType.F32);
        VectorProduct.run(blocking, workers, p, a, b, null, c);
        return c.toFloats();
    }
}
