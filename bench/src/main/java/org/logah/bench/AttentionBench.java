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
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Tensor;

/** Causal attention of 12 heads of 64, forward and gradient. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AttentionBench {
    @Param({"256", "1024"})
    public int tokens;
    @Param({"2"})
    public int threads;

    private Machine machine;
    private Attention attention;
    private Tensor qkv;
    private Tensor out;
    private Tensor lse;
    private Tensor gradient;

    @Setup
    public void setup() {
        machine = new Machine(threads, "vector");
        attention = Attention.packed(1, tokens, 12, 64, true);
        qkv = machine.random(1, tokens, 3 * 768);
        gradient = machine.random(1, tokens, 3 * 768);
        out = machine.random(1, tokens, 768);
        lse = machine.random(1, 12, tokens);
        forward();
    }

    @TearDown
    public void close() { machine.close(); }

    @Benchmark
    public Tensor forward() {
        machine.device.kernels().attention(attention, qkv, qkv, qkv, null, out, lse);
        return out;
    }

    @Benchmark
    public Tensor backward() {
        machine.device.kernels().attentionGradient(attention, qkv, qkv, qkv, null, out, lse, out, gradient, gradient,
                gradient, null);
        return gradient;
    }
}
