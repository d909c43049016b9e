package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

import com.sun.management.ThreadMXBean;

/**
 * A vector that a compiled kernel hands to a method which the compiler did not take into it becomes an object, and the kernel twice as
 * slow. Rows that end in a part of a vector bring that about, in kernels that were compiled for whole vectors before.
 */
class AllocationTest {
    private static final int ROWS = 512;
    private static final int HEADS = 4;
    /** A vector as an object takes more, and a call's own objects are few. */
    private static final long BYTES_OF_A_ROW = 40;
    private static final String TOO_MANY = ", too many";
    /** How long the compiler may take. */
    private static final long SECONDS = 20;

    /** What the forked JVM runs: in this one, other tests have decided already what is compiled how. */
    static final class Workload {
        public static void main(String[] args) {
            try (Device d = new CpuDevice(1, KernelChoice.VECTOR)) {
                for (int columns : new int[]{64, 28, 64, 44})
                    operations(d, columns).forEach((name, run) -> check(name + " of " + ROWS + " x " + columns, run));
            }
        }
    }

    /** What is compiled how differs a little from run to run, with what the compiler saw first: a kernel may do better next time. */
    @Test
    void compiledKernelsMakeNoObjectForEachRow() throws IOException, InterruptedException {
        Set<String> always = makingObjects();
        for (int i = 0; i < 2 && !always.isEmpty(); i++) always.retainAll(makingObjects());
        assertEquals(Set.of(), always);
    }

    /** Which kernels did in a process of their own. */
    private static Set<String> makingObjects() throws IOException, InterruptedException {
        String said = ForkedJava.run(ForkedJava.VECTOR, Workload.class);
        List<String> lines = said.lines().filter(l -> l.contains(" bytes")).toList();
        assertEquals(4 * 9, lines.size(), said);
        return lines.stream().filter(l -> l.contains(TOO_MANY)).map(l -> l.replaceFirst(":.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void check(String name, Runnable operation) {
        long most = BYTES_OF_A_ROW * ROWS * (name.startsWith("attention") ? HEADS : 1);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long bytes;
        do {
            bytes = bytesOfOne(operation);
        } while (bytes > most && System.nanoTime() < end);
        System.out.println(name + ": " + bytes + " bytes each time" + (bytes > most ? TOO_MANY : ""));
    }

    /** The mean of a hundred runs, after some for the compiler. */
    private static long bytesOfOne(Runnable operation) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 200; i++) operation.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) operation.run();
        return (threads.getCurrentThreadAllocatedBytes() - before) / 100;
    }

    private static Map<String, Runnable> operations(Device d, int columns) {
        Kernels k = d.kernels();
        Tensor x = random(d, ROWS, columns);
        Tensor y = random(d, ROWS, columns);
        Tensor out = random(d, ROWS, columns);
        Tensor row = random(d, columns);
        Tensor gradient = random(d, columns);
        Tensor mean = random(d, ROWS);
        Tensor rstd = random(d, ROWS);
        Tensor one = random(d, 1);
        int terms = 24 * columns + 5;
        Tensor vector = random(d, 1, terms);
        Tensor matrix = random(d, ROWS, terms);
        Tensor products = random(d, 1, ROWS);
        Tensor targets = d.ofInts(Shape.of(ROWS), new int[ROWS]);
        Attention a = Attention.packed(ROWS / 64, 64, HEADS, columns / HEADS, true);
        Tensor qkv = random(d, ROWS / 64, 64, 3 * columns);
        Tensor dQkv = random(d, ROWS / 64, 64, 3 * columns);
        Tensor lse = random(d, ROWS / 64, HEADS, 64);
        Map<String, Runnable> all = new LinkedHashMap<>();
        all.put("layerNorm", () -> k.layerNorm(1e-5f, x, row, row, out, mean, rstd));
        all.put("layerNormGradient",
                () -> k.layerNormGradient(x, row, mean, rstd, y, out, gradient, gradient));
        all.put("softmax", () -> k.softmax(x, out));
        all.put("softmaxGradient", () -> k.softmaxGradient(x, y, out));
        all.put("crossEntropy", () -> k.crossEntropy(0.1f, x, targets, one, mean));
        all.put("crossEntropyGradient", () -> k.crossEntropyGradient(0.1f, x, targets, mean, one, out));
        all.put("product", () -> k.product(new Product(1, 1, ROWS, terms, false, true, false), vector, matrix,
                null, products));
        all.put("attention", () -> k.attention(a, qkv, qkv, qkv, null, out, lse));
        all.put("attentionGradient",
                () -> k.attentionGradient(a, qkv, qkv, qkv, null, out, lse, y, dQkv, dQkv, dQkv, null));
        return all;
    }

    private static Tensor random(Device d, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        new RandomStream(1).fillUniform(t, 0.1, 1);
        return t;
    }
}
