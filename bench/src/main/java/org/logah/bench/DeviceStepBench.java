package org.logah.bench;

import java.util.concurrent.TimeUnit;

import org.logah.autograd.optim.Schedule;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
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

/** A whole training step on one device beside another: {@code ./logah bench DeviceStepBench -p device=cpu,tornado:0}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class DeviceStepBench {
    @Param({"cpu"})
    public String device = "cpu";

    /** On an accelerator also {@code bf16} or {@code f16}, where it has tensor cores. */
    @Param({"f32"})
    public String precision = "f32";

    /** Whether an accelerator replays what comes again. */
    @Param({"false"})
    public boolean replay;

    /**
     * {@code small}: 2 layers of width 64, batch 8 x 64; {@code medium}: 4 layers of 384, batch 4 x 256 (13.5M); and on request
     * {@code gpt2}: GPT-2 small, batch 4 x 512.
     */
    @Param({"small", "medium"})
    public String model = "small";

    private Machine machine;
    private TargetTrainer trainer;

    @Setup
    public void setup() {
        machine = new Machine(device, precision, replay);
        RandomStream random = new RandomStream(1);
        Gpt2Config config = switch (model) {
            case "small" -> Gpt2Config.of(2, 4, 64, 256, 64, false);
            case "medium" -> Gpt2Config.of(4, 6, 384, 8192, 256, false);
            case "gpt2" -> Gpt2Config.of(12, 12, 768, 50257, 512, true);
            default -> throw new IllegalArgumentException("model " + model + ": small, medium or gpt2");
        };
        Gpt2 gpt = new Gpt2(config);
        trainer = new TargetTrainer(gpt, gpt.initialized(machine.device, Initialization.RANDOM, random),
                new ByteText(GrammarText.generate(100_000, 1)).training(model.equals("small") ? 8 : 4,
                        config.positions(), random),
                TargetTrainer.Config.of(Schedule.constant(3e-4)), machine.device);
    }

    @TearDown
    public void close() {
        if (!machine.device.activity().isEmpty()) System.out.println(device + ": " + machine.device.activity());
        machine.close();
    }

    @Benchmark
    public double trainingStep() { return trainer.step().loss(); }
}
