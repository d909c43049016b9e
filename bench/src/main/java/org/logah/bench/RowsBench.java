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
import org.logah.engine.Kernels;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/** Layer norm, softmax and GELU over 1024 tokens of width 768, with their gradients; a copy for scale. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RowsBench {
    private static final int ROWS = 1024;
    private static final int WIDTH = 768;
    @Param({"2"})
    public int threads;
    @Param({"vector", "plain"})
    public String kernels = "";

    private Machine machine;
    private Kernels k;
    private Tensor x;
    private Tensor y;
    private Tensor dy;
    private Tensor dx;
    private Tensor w;
    private Tensor b;
    private Tensor mean;
    private Tensor rstd;

    @Setup
    public void setup() {
        machine = new Machine(threads, kernels);
        k = machine.device.kernels();
        x = machine.random(ROWS, WIDTH);
        y = machine.random(ROWS, WIDTH);
        dy = machine.random(ROWS, WIDTH);
        dx = machine.random(ROWS, WIDTH);
        w = machine.random(WIDTH);
        b = machine.random(WIDTH);
        mean = machine.random(ROWS);
        rstd = machine.random(ROWS);
    }

    @TearDown
    public void close() { machine.close(); }

    @Benchmark
    public void copy() { k.affine(1f, 0f, x, y); }

    @Benchmark
    public void layerNorm() { k.layerNorm(1e-5f, x, w, b, y, mean, rstd); }

    @Benchmark
    public void layerNormGradient() { k.layerNormGradient(x, w, mean, rstd, dy, dx, w, b); }

    @Benchmark
    public void softmax() { k.softmax(x, y); }

    @Benchmark
    public void gelu() { k.unary(Unary.GELU_TANH, x, y); }

    @Benchmark
    public void geluGradient() { k.unaryGradient(Unary.GELU_TANH, x, dy, dx); }
}
