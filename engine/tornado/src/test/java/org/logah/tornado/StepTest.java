package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.StdScaling;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.text.ByteTokenizer;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.run.TrainingStep;
import org.logah.training.targets.TargetTrainer;

/** Whole steps: the CPU's numbers, and by the device's own counters, nothing compiled or copied that need not be. */
class StepTest {
    private static final int BATCH = 4;
    private static final int CONTEXT = 32;
    private GpuDevice device;

    @BeforeEach
    void open() { device = TestDevices.open(); }

    @AfterEach
    void close() { if (device != null) device.close(); }

    private static TargetTrainer trainer(Device on) {
        Gpt2 gpt = new Gpt2(Gpt2Config.of(2, 2, 32, ByteTokenizer.VOCABULARY, CONTEXT, true));
        Parameters p = gpt.initialized(on, Initialization.RANDOM, new RandomStream(1));
        return new TargetTrainer(gpt, p, new ByteText(GrammarText.generate(20_000, 1)).training(BATCH, CONTEXT,
                new RandomStream(2)), TargetTrainer.Config.of(Schedule.constant(1e-3)), on);
    }

    @Test
    void trainingGivesTheCpusLossesAndCopiesBatchAndLossOnly() {
        List<TrainingStep> here = new ArrayList<>();
        TargetTrainer trainer = trainer(device);
        here.add(trainer.step());
        LaunchReport before = device.report();
        long reserved = device.pool().report().reserved();
        long launches = -1;
        for (int i = 1; i < 8; i++) {
            here.add(trainer.step());
            LaunchReport after = device.report();
            assertEquals(before.kernels(), after.kernels(), "compiled at step " + i);
            // Tokens and targets in blocks of 4096 indices, positions in one of 64; back come the loss and the norm.
            assertEquals(4 * (4096 + 4096 + 64), after.bytesIn() - before.bytesIn(), "bytes in at step " + i);
            assertEquals(4 * (64 + 64), after.bytesOut() - before.bytesOut(), "bytes out at step " + i);
            assertEquals(reserved, device.pool().report().reserved(), "memory at step " + i);
            if (launches >= 0) assertEquals(launches, after.launches() - before.launches(), "launches at step " + i);
            launches = after.launches() - before.launches();
            before = after;
        }
        try (CpuDevice cpu = new CpuDevice(2, KernelChoice.AUTO)) {
            TargetTrainer reference = trainer(cpu);
            for (TrainingStep s : here) {
                TrainingStep expected = reference.step();
                assertEquals(expected.loss(), s.loss(), 2e-5, "loss of step " + s.index());
                assertEquals(expected.gradientNorm(), s.gradientNorm(), 1e-4 * expected.gradientNorm());
            }
        }
    }

    /** From the recording on, a step is a few graphs, with the numbers of a device that launches each kernel alone. */
    @Test
    void replayedTrainingGivesTheSameNumbers() {
        TargetTrainer alone = trainer(device);
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < 24; i++) losses.add(alone.step().loss());
        long launches = device.report().launches();
        device.close();
        device = TestDevices.open(new Settings(DType.F32, true));
        TargetTrainer replayed = trainer(device);
        for (int i = 0; i < 16; i++) assertEquals(losses.get(i), replayed.step().loss(), "loss of step " + (i + 1));
        LaunchReport before = device.report();
        assertTrue(before.graphs() > 0 && before.replays() > 0, before.toString());
        for (int i = 16; i < 24; i++) assertEquals(losses.get(i), replayed.step().loss(), "loss of step " + (i + 1));
        LaunchReport after = device.report();
        assertEquals(before.kernels(), after.kernels(), "compiled while replaying");
        assertEquals(before.graphs(), after.graphs());
        long perStep = (after.replays() - before.replays()) / 8;
        assertTrue(perStep > 0 && perStep < 12, perStep + " graphs a step");
        assertEquals(4 * (4096 + 4096 + 64), (after.bytesIn() - before.bytesIn()) / 8, "bytes in");
        assertTrue(launches > 24 * perStep, launches + " launches");
    }

    /** Each step an architecture that the steps before did not see. */
    private static MetaTrainer metaTrainer(Device on) {
        BatchSource batches = new ByteText(GrammarText.generate(20_000, 1)).training(BATCH, CONTEXT,
                new RandomStream(3));
        Set<TargetNetwork> seen = new HashSet<>();
        MetaTask task = new MetaTask() {
            @Override
            public TargetNetwork architecture(int step, int index) {
                TargetNetwork n = new Gpt2(
                        Gpt2Config.of(2 + step % 3, 2, 32 + 8 * (step / 3), ByteTokenizer.VOCABULARY, CONTEXT,
                                false));
                assertTrue(seen.add(n));
                return n;
            }

            @Override
            public Batch batch(int step, Device device) { return batches.batch(step, device); }
        };
        HyperNetwork ghn = new HyperNetwork(new GhnConfig(16, new GraphForm(UntiedHead.BEHIND_NORM, 250),
                FeatureConfig.of(Domain.LANGUAGE, 10), new Graphormer.Config(4, 1),
                new LowRankDecoder.Config(8, 16 * 2048, 2048, 2048, 16, LowRankDecoder.Limit.MASK), new StdScaling()));
        return new MetaTrainer(ghn, ghn.initialized(on, new RandomStream(4)), task,
                MetaTrainer.Config.of(1, Schedule.constant(1e-3), MetaTrainer.Config.PENALTY, 5), on);
    }

    /** Nothing comes again, so nothing is recorded, and the numbers are the same. */
    @Test
    void metaTrainingWithReplayingOnGivesTheSameNumbers() {
        MetaTrainer alone = metaTrainer(device);
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < 3; i++) losses.add(alone.step().loss());
        device.close();
        device = TestDevices.open(new Settings(DType.F32, true));
        MetaTrainer waiting = metaTrainer(device);
        for (double loss : losses) assertEquals(loss, waiting.step().loss());
        assertEquals(0, device.report().graphs());
    }

    @Test
    void metaTrainingOverNewArchitecturesCompilesNothingNew() {
        MetaTrainer here = metaTrainer(device);
        List<Double> losses = new ArrayList<>();
        losses.add(here.step().loss());
        int compiled = device.report().kernels();
        for (int i = 1; i < 10; i++) {
            losses.add(here.step().loss());
            assertEquals(compiled, device.report().kernels(), "compiled at step " + i);
        }
        try (CpuDevice cpu = new CpuDevice(2, KernelChoice.AUTO)) {
            MetaTrainer reference = metaTrainer(cpu);
            for (double loss : losses) assertEquals(reference.step().loss(), loss, 1e-4);
        }
    }
}
