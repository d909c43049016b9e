package org.logah.bench;

import java.util.concurrent.TimeUnit;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;
import org.logah.training.targets.TargetTrainer;
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

/** Whole steps: training a 13.5M GPT (4 layers, width 384, batch 4 x 256), and predicting a GPT-2 small. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class StepBench {
    @Param({"1", "2"})
    public int threads;

    private Machine machine;
    private TargetTrainer trainer;
    private HyperNetwork hyper;
    private Parameters weights;
    private TargetNetwork target;

    @Setup
    public void setup() {
        machine = new Machine(threads, "vector");
        RandomStream random = new RandomStream(1);
        Gpt2 gpt = new Gpt2(Gpt2Config.of(4, 6, 384, 8192, 256, false));
        trainer = new TargetTrainer(gpt, gpt.initialized(machine.device, Initialization.RANDOM, random),
                new ByteText(GrammarText.generate(100_000, 1)).training(4, 256, random),
                TargetTrainer.Config.of(Schedule.constant(3e-4)), machine.device);
        hyper = new HyperNetwork(Variant.TINY.config(Domain.LANGUAGE));
        weights = hyper.initialized(machine.device, random);
        target = new Gpt2(Gpt2Config.published(12, 12, 768));
    }

    @TearDown
    public void close() { machine.close(); }

    @Benchmark
    public double trainingStep() { return trainer.step().loss(); }

    @Benchmark
    public void predictGpt2Small() {
        new StreamingPredictor(hyper, weights, machine.device).predict(target, new RandomStream(1), (_, _, _) -> {},
                _ -> {});
    }

    /** The cost of one tiny operation through the tape, forward and backward. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public Tensor tinyOperation() {
        try (Tape tape = new Tape(machine.device)) {
            Functions f = new Functions(tape);
            var x = tape.input("x", weights.get("ln.weight").value());
            var y = f.scale(x, 2);
            tape.backward(y, y.value());
            return y.value();
        }
    }
}
