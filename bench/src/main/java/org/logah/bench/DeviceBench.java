package org.logah.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.logah.engine.Binary;
import org.logah.engine.Kernels.AdamWSlot;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.BlockCopy;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/**
 * Single operations on one device beside another: {@code ./logah bench DeviceBench -p device=cpu,tornado:0}. What a device
 * compiles, it compiles in the warm-up; how long that took is printed at the end of each fork.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DeviceBench {
    private static final int TOKENS = 1024;
    private static final int WIDTH = 384;
    private static final int HEADS = 6;
    private static final int BATCH = 4;
    private static final int LARGE = 1 << 24;

    @Param({"cpu"})
    public String device = "cpu";

    /** On an accelerator also {@code bf16} or {@code f16}, where it has tensor cores. */
    @Param({"f32"})
    public String precision = "f32";

    private Machine machine;
    private Tensor square;
    private Tensor squareOut;
    private Tensor x;
    private Tensor y;
    private Tensor weight;
    private Tensor wide;
    private Tensor widened;
    private Tensor bias;
    private Tensor rows;
    private Tensor qkv;
    private Tensor out;
    private Tensor lse;
    private Tensor large;
    private Tensor largeOut;
    private Tensor largeGradient;
    private Tensor firstMoment;
    private Tensor secondMoment;
    private Tensor one;

    @Setup(Level.Trial)
    public void setup() {
        machine = new Machine(device, precision, false);
        square = machine.random(512, 512);
        squareOut = machine.random(512, 512);
        x = machine.random(TOKENS, WIDTH);
        y = machine.random(TOKENS, WIDTH);
        weight = machine.random(4 * WIDTH, WIDTH);
        wide = machine.random(TOKENS, 4 * WIDTH);
        widened = machine.random(TOKENS, 4 * WIDTH);
        bias = machine.random(WIDTH);
        rows = machine.random(TOKENS);
        qkv = machine.random(BATCH, TOKENS / BATCH, 3 * WIDTH);
        out = machine.random(BATCH, TOKENS / BATCH, WIDTH);
        lse = machine.random(BATCH, HEADS, TOKENS / BATCH);
        large = machine.device.zeros(Shape.of(LARGE));
        largeOut = machine.device.zeros(Shape.of(LARGE));
        largeGradient = machine.device.zeros(Shape.of(LARGE));
        firstMoment = machine.device.zeros(Shape.of(LARGE));
        secondMoment = machine.device.zeros(Shape.of(LARGE));
        one = machine.random(1);
    }

    @TearDown(Level.Trial)
    public void close() {
        if (!machine.device.activity().isEmpty()) System.out.println(device + ": " + machine.device.activity());
        machine.close();
    }

    /** 0.27 GFLOP. */
    @Benchmark
    public void product512() {
        machine.device.kernels().product(new Product(1, 512, 512, 512, false, false, false), square, square, null,
                squareOut);
    }

    /** A transformer's widening product, 1.2 GFLOP. */
    @Benchmark
    public void productTokens() {
        machine.device.kernels().product(new Product(1, TOKENS, 4 * WIDTH, WIDTH, false, true, false), x, weight, null,
                wide);
    }

    @Benchmark
    public void layerNorm() { machine.device.kernels().layerNorm(1e-5f, x, bias, bias, y, rows, rows); }

    @Benchmark
    public void gelu() { machine.device.kernels().unary(Unary.GELU_TANH, wide, widened); }

    @Benchmark
    public void residualAdd() { machine.device.kernels().binary(Binary.ADD, x, y, y); }

    @Benchmark
    public void attention() {
        machine.device.kernels().attention(Attention.packed(BATCH, TOKENS / BATCH, HEADS, WIDTH / HEADS, true), qkv,
                qkv,
                qkv, null, out, lse);
    }

    /** 16.8M parameters. */
    @Benchmark
    public void adamW() {
        machine.device.kernels().adamW(new AdamWStep(1e-9f, 0.9f, 0.999f, 1e-8f, 0f, 1f, 1),
                List.of(new AdamWSlot(large, largeGradient, firstMoment, secondMoment)));
    }

    /** 67 MB read, 67 MB written; the CPU's kernel for it runs on one thread. */
    @Benchmark
    public void copy() { machine.device.kernels().copyBlocks(new BlockCopy(1, LARGE, 0, 0, 0, 0), large, largeOut); }

    /** One element: what a launch costs. */
    @Benchmark
    public void launch() { machine.device.kernels().affine(1f, 0f, one, one); }
}
