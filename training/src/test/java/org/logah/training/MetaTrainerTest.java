package org.logah.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.PaperScaling;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.training.data.Batch;

class MetaTrainerTest {
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static GhnConfig small() {
        return new GhnConfig(16, new GraphForm(UntiedHead.BEHIND_NORM, 250), FeatureConfig.of(Domain.LANGUAGE, 10),
                new Graphormer.Config(4, 2),
                new LowRankDecoder.Config(4, 256, 128, 128, 16, LowRankDecoder.Limit.MASK), new PaperScaling());
    }

    private static List<TargetNetwork> languageModels() {
        return List.of(new Gpt2(Gpt2Config.of(1, 2, 16, 50, 8, false)), new Gpt2(Gpt2Config.of(3, 2, 24, 50, 8, false)),
                new Gpt2(Gpt2Config.of(2, 4, 8, 50, 8, true)),
                new Llama(new LlamaConfig(2, 4, 2, 16, 24, 50, 8, 100, false)));
    }

    /** Tiny language modelling on a fixed pattern. */
    private static MetaTask task() { return task(new ArrayList<>()); }

    /** @param made gets every batch that was made */
    private static MetaTask task(List<Batch> made) {
        return new MetaTask() {
            private final List<TargetNetwork> networks = languageModels();

            @Override
            public TargetNetwork architecture(int step, int index) {
                return networks.get((step + index) % networks.size());
            }

            @Override
            public Batch batch(int step, Device on) {
                Batch batch = new Batch(on.ofInts(Shape.of(1, 4), 1, 2, 3, 4), on.ofInts(Shape.of(4), 2, 3, 4, 5), 4,
                        true);
                made.add(batch);
                return batch;
            }
        };
    }

    private static MetaTrainer trainer(CpuDevice on) { return trainer(on, task()); }

    private static MetaTrainer trainer(CpuDevice on, MetaTask task) {
        HyperNetwork ghn = new HyperNetwork(small());
        return new MetaTrainer(ghn, ghn.initialized(on, new RandomStream(1)), task,
                MetaTrainer.Config.paper(2, Schedule.constant(3e-3), 4), on);
    }

    @Test
    void metaTrainingLearnsAndThreadsChangeNothing() {
        List<Double> two = new ArrayList<>();
        MetaTrainer a = trainer(device);
        for (int i = 0; i < 25; i++) two.add(a.step().loss());
        assertTrue(two.get(24) < 0.7 * two.get(0), two.toString());
        try (CpuDevice single = new CpuDevice(1, KernelChoice.AUTO)) {
            MetaTrainer b = trainer(single);
            for (int i = 0; i < 25; i++) assertEquals(two.get(i), b.step().loss(), "step " + i);
        }
    }

    @Test
    void theArchitecturesOfAStepShareOneBatchThatIsGivenBack() {
        List<Batch> made = new ArrayList<>();
        MetaTrainer trainer = trainer(device, task(made));
        for (int step = 1; step <= 3; step++) {
            trainer.step();
            assertEquals(step, made.size());
            assertTrue(made.getLast().input().storage().released());
            assertTrue(made.getLast().targets().storage().released());
        }
    }

    @Test
    void stepsThatAreNotANumberAreLeftOutAndCounted() {
        MetaTrainer trainer = trainer(device);
        Tensor norm = trainer.weights().get("ln.bias").value();
        float[] before = norm.toFloats();
        float[] broken = before.clone();
        broken[0] = Float.NaN;
        norm.set(broken);
        float[] others = trainer.weights().get("embed.weight").value().toFloats();
        assertEquals(false, trainer.step().applied());
        assertEquals(1, trainer.skipped());
        assertArrayEquals(others, trainer.weights().get("embed.weight").value().toFloats());
        norm.set(before);
        assertTrue(trainer.step().applied());
    }

    /**
     * One architecture after another, the pool is exactly flat once each has been seen. Side by side, how far the peaks of
     * two of them overlap is a matter of timing, so only the bound is sure: twice what one after the other need.
     */
    @Test
    void steadyMetaTrainingAllocatesNothing() {
        long alone;
        try (CpuDevice single = new CpuDevice(1, KernelChoice.AUTO)) {
            alone = reservedAfter(trainer(single), single, 12);
            MetaTrainer trainer = trainer(single);
            assertEquals(alone, reservedAfter(trainer, single, 42));
        }
        MetaTrainer trainer = trainer(device);
        long together = reservedAfter(trainer, device, 42);
        assertTrue(together <= 2 * alone, together + " for two at a time, " + alone + " for one");
    }

    private static long reservedAfter(MetaTrainer trainer, CpuDevice on, int steps) {
        for (int i = 0; i < steps; i++) trainer.step();
        assertEquals(0, on.pool().report().inUse());
        return on.pool().report().reserved();
    }
}
