package org.logah.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.logah.autograd.Parameters;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.text.TextGenerator;

/** A token of GPT-2 small, beside reading every weight once: no generation one by one can be faster than that. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class GenerationBench {
    private static final int TOKENS = 32;
    @Param({"1", "2"})
    public int threads;

    private Machine machine;
    private TextGenerator generator;
    private TextGenerator halved;
    private List<Tensor> weights;

    @Setup
    public void setup() {
        machine = new Machine(threads, "vector");
        Gpt2 model = new Gpt2(Gpt2Config.published(12, 12, 768));
        Parameters parameters = model.initialized(machine.device, Initialization.RANDOM, new RandomStream(1));
        generator = new TextGenerator(model, parameters, machine.device);
        halved = new TextGenerator(model, TextGenerator.halved(parameters), machine.device);
        weights = new ArrayList<>(parameters.values().values());
    }

    @TearDown
    public void close() { machine.close(); }

    @Benchmark
    @OperationsPerInvocation(TOKENS)
    public int[] token() {
        return generator.generate(new int[]{1}, TOKENS, TextGenerator.Sampling.GREEDY, new RandomStream(1), _ -> {});
    }

    @Benchmark
    @OperationsPerInvocation(TOKENS)
    public int[] tokenOfBf16() {
        return halved.generate(new int[]{1}, TOKENS, TextGenerator.Sampling.GREEDY, new RandomStream(1), _ -> {});
    }

    @Benchmark
    public double readEveryWeight() { return machine.device.kernels().sumOfSquares(weights); }
}
