package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.logah.engine.Bf16;
import org.logah.engine.Binary;
import org.logah.engine.Device;
import org.logah.engine.DType;
import org.logah.engine.Kernels;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.vector.VectorKernels;
import org.logah.engine.random.RandomStream;

/**
 * A vector kernel that HotSpot's first compiler gives up on may stay interpreted for good, a hundred times slower, depending
 * on what else ran. It says so only where compilation is printed.
 */
class CompilationTest {
    /** What the forked JVM runs: every kernel, hot, with tails. */
    static final class Workload {
        private static final int ROWS = 8;
        private static final int COLUMNS = 250;

        public static void main(String[] args) {
            try (CpuDevice d = new CpuDevice(1, KernelChoice.VECTOR)) {
                for (int i = 0; i < 400; i++) run(d, d.kernels());
            }
        }

        private static Tensor tensor(Device d, int... dims) {
            Tensor t = d.allocate(Shape.of(dims), DType.F32);
            new RandomStream(1).fillUniform(t, 0.1, 1);
            return t;
        }

        private static void run(Device d, Kernels k) {
            Tensor x = tensor(d, ROWS, COLUMNS);
            Tensor y = tensor(d, ROWS, COLUMNS);
            Tensor out = tensor(d, ROWS, COLUMNS);
            Tensor row = tensor(d, COLUMNS);
            Tensor column = tensor(d, ROWS);
            Tensor mean = tensor(d, ROWS);
            for (Unary op : Unary.values()) {
                k.unary(op, x, out);
                k.unaryGradient(op, x, y, out);
            }
            for (Binary op : Binary.values()) {
                k.binary(op, x, y, out);
                k.binary(op, x, row, out);
            }
            k.fill(out, 1);
            k.affine(2, 1, x, out);
            k.addScaled(2, x, out);
            k.sumTo(x, tensor(d, 1));
            k.sumTo(x, row);
            k.sumOfSquares(x);
            k.softmax(x, out);
            k.softmaxGradient(x, y, out);
            k.layerNorm(1e-5f, x, row, row, out, mean, column);
            k.layerNormGradient(x, row, mean, column, y, out, tensor(d, COLUMNS), tensor(d, COLUMNS));
            Tensor targets = d.ofInts(Shape.of(ROWS), 0, 1, 2, 3, 4, 5, 6, 7);
            k.crossEntropy(0.1f, x, targets, tensor(d, 1), mean);
            k.crossEntropyGradient(0.1f, x, targets, mean, tensor(d, 1), out);
            k.scatterAdd(x, targets, y);
            k.gather(x, targets, out);
            k.permute(new int[]{1, 0}, x, tensor(d, COLUMNS, ROWS));
            k.adamW(new AdamWStep(1e-3f, 0.9f, 0.99f, 1e-8f, 0.01f, 1f, 3), x, y, out, tensor(d, ROWS, COLUMNS));
            products(d, k);
            Tensor qkv = tensor(d, 1, 70, 3 * 20);
            Tensor attended = tensor(d, 1, 70, 20);
            Tensor lse = tensor(d, 1, 2, 70);
            Attention a = Attention.packed(1, 70, 2, 10, true);
            k.attention(a, qkv, qkv, qkv, null, attended, lse);
            Tensor gradient = tensor(d, 1, 70, 3 * 20);
            k.attentionGradient(a, qkv, qkv, qkv, null, attended, lse, attended, gradient, gradient, gradient, null);
        }

        private static void products(Device d, Kernels k) {
            for (int i = 0; i < 4; i++) {
                Tensor a = tensor(d, 33, 40);
                Tensor b = tensor(d, 40, 50);
                k.product(new Product(1, 33, 50, 40, i % 2 == 1, i > 1, false), a, b, null, tensor(d, 33, 50));
                k.product(new Product(1, 33, 50, 40, i % 2 == 1, i > 1, true), a, b, null, tensor(d, 33, 50));
                Tensor vector = tensor(d, 1, 610);
                Tensor matrix = tensor(d, 610, 500);
                k.product(new Product(1, 1, 500, 610, false, i > 1, false), vector, matrix, null, tensor(d, 1, 500));
                k.product(new Product(1, 1, 500, 610, false, i > 1, false), vector, Bf16.narrowed(matrix), null,
                        tensor(d, 1, 500));
            }
        }
    }

    @Test
    void theWorkloadRunsEveryVectorKernel() {
        Set<String> called = new HashSet<>();
        try (CpuDevice d = new CpuDevice(1, KernelChoice.PLAIN)) {
            Workload.run(d, (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(),
                    new Class<?>[]{Kernels.class}, (_, method, arguments) -> {
                        called.add(method.getName());
                        return method.invoke(d.kernels(), arguments);
                    }));
        }
        Set<String> operations = new HashSet<>();
        for (Method m : Kernels.class.getMethods()) operations.add(m.getName());
        operations.remove("name");
        for (Method m : VectorKernels.class.getDeclaredMethods()) {
            if (operations.contains(m.getName()))
                assertTrue(called.contains(m.getName()), "the workload does not run the vector kernel " + m.getName());
        }
    }

    @Test
    void theCompilersTakeEveryKernel() throws IOException, InterruptedException {
        List<String> options = Stream.concat(ForkedJava.VECTOR.stream(), Stream.of("-XX:+PrintCompilation")).toList();
        List<String> lines = ForkedJava.run(options, Workload.class).lines()
                .filter(l -> l.contains("org.logah.engine.cpu.vector")).toList();
        assertTrue(lines.size() > 50, "only " + lines.size() + " kernels were compiled");
        assertEquals(List.of(), lines.stream().filter(l -> l.contains("COMPILE SKIPPED")).toList());
    }
}
