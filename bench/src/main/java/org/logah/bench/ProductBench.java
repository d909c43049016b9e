package org.logah.bench;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;

/** Matrix products: a square, a transformer's MLP, and the two products of its gradient. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProductBench {
    @Param({"512x512x512", "1024x1536x384", "1024x384x1536"})
    public String shape = "";
    @Param({"1", "2"})
    public int threads;
    @Param({"vector"})
    public String kernels = "";

    private Machine machine;
    private Product forward;
    private Product leftTransposed;
    private Product rightTransposed;
    private Tensor a;
    private Tensor b;
    private Tensor c;

    @Setup
    public void setup() {
        String[] s = shape.split("x");
        int m = Integer.parseInt(s[0]);
        int n = Integer.parseInt(s[1]);
        int k = Integer.parseInt(s[2]);
        machine = new Machine(threads, kernels);
        forward = new Product(1, m, n, k, false, false, false);
        leftTransposed = new Product(1, m, n, k, true, false, false);
        rightTransposed = new Product(1, m, n, k, false, true, false);
        a = machine.random(m, k);
        b = machine.random(k, n);
        c = machine.random(m, n);
    }

    @TearDown
    public void close() { machine.close(); }

    @Benchmark
    public Tensor plain() { return run(forward); }

    @Benchmark
    public Tensor leftTransposed() { return run(leftTransposed); }

    @Benchmark
    public Tensor rightTransposed() { return run(rightTransposed); }

    private Tensor run(Product p) {
        machine.device.kernels().product(p, a, b, null, c);
        return c;
    }
}
