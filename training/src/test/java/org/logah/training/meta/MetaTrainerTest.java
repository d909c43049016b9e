package org.logah.training.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
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
import org.logah.training.run.DivergedException;
import org.logah.training.run.TrainingStep;

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

    private static MetaTrainer trainer(CpuDevice on, MetaTask task) { return trainer(on, task, config(2)); }

    private static MetaTrainer.Config config(int metaBatch) {
        return MetaTrainer.Config.of(metaBatch, Schedule.constant(3e-3), MetaTrainer.Config.PENALTY, 4);
    }

    private static MetaTrainer trainer(CpuDevice on, MetaTask task, MetaTrainer.Config config) {
        HyperNetwork ghn = new HyperNetwork(small());
        return new MetaTrainer(ghn, ghn.initialized(on, new RandomStream(1)), task, config, on);
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

    /** Of more architectures than are under way at once, those that are done early wait for their turn in the sum. */
    @Test
    void gradientsOfManyArchitecturesAreAddedInTheirOrder() {
        List<Double> losses = new ArrayList<>();
        List<float[]> weights = new ArrayList<>();
        for (int threads : new int[]{1, 2, 3, 7}) {
            try (CpuDevice on = new CpuDevice(threads, KernelChoice.AUTO)) {
                MetaTrainer trainer = trainer(on, task(), config(25));
                double loss = 0;
                for (int i = 0; i < 3; i++) loss = trainer.step().loss();
                losses.add(loss);
                weights.add(trainer.weights().get("embed.weight").value().toFloats());
            }
        }
        for (int i = 1; i < losses.size(); i++) {
            assertEquals(losses.getFirst(), losses.get(i));
            assertArrayEquals(weights.getFirst(), weights.get(i));
        }
    }

    /** What a step holds when it is done, gradients among it, and what it needs in between. */
    @Test
    void memoryDoesNotGrowWithTheArchitecturesOfAStep() {
        try (CpuDevice few = new CpuDevice(1, KernelChoice.AUTO);
                CpuDevice many = new CpuDevice(1, KernelChoice.AUTO)) {
            trainer(few, task(), config(4)).step();
            trainer(many, task(), config(100)).step();
            assertEquals(few.pool().report().reserved(), many.pool().report().reserved());
        }
        assertEquals(4, config(100).gradients(2));
        assertEquals(3, config(3).gradients(2));
        assertEquals(1, config(100).gradients(1));
    }

    @Test
    void anArchitectureThatFailsEndsTheStepAndHoldsNobodyUp() {
        MetaTask whole = task();
        MetaTask failing = new MetaTask() {
            @Override
            public TargetNetwork architecture(int step, int index) {
                if (step == 0 && index == 0) throw new IllegalStateException("no such architecture");
                return whole.architecture(step, index);
            }

            @Override
            public Batch batch(int step, Device on) { return whole.batch(step, on); }
        };
        MetaTrainer trainer = trainer(device, failing, config(20));
        String said = assertTimeoutPreemptively(Duration.ofSeconds(60),
                () -> assertThrows(IllegalStateException.class, trainer::step)).getMessage();
        assertEquals("no such architecture", said);
        assertEquals(0, trainer.position());
    }

    @Test
    void aStepThatIsStoppedChangesNothing() {
        MetaTrainer trainer = trainer(device, task(), config(20));
        float[] before = trainer.weights().get("embed.weight").value().toFloats();
        AtomicInteger asked = new AtomicInteger();
        assertNull(trainer.step(() -> asked.incrementAndGet() > 7));
        assertEquals(0, trainer.position());
        assertArrayEquals(before, trainer.weights().get("embed.weight").value().toFloats());
        MetaTrainer other = trainer(device, task(), config(20));
        assertEquals(other.step().loss(), trainer.step().loss());
    }

    @Test
    void recomputingTargetsChangesNoNumber() {
        MetaTrainer kept = trainer(device, task());
        MetaTrainer again = trainer(device, task(), config(2).withRecomputation(true));
        for (int i = 0; i < 4; i++) {
            TrainingStep step = kept.step();
            assertEquals(step, again.step());
        }
    }

    @Test
    void anAverageFollowsTheWeightsAndChangesNone() {
        MetaTrainer plain = trainer(device, task());
        MetaTrainer averaged = trainer(device, task(), config(2).withAverage(0.9));
        double a = averaged.weights().get("ln.bias").value().get(3);
        for (int i = 0; i < 5; i++) {
            plain.step();
            averaged.step();
            a = 0.9 * a + 0.1 * averaged.weights().get("ln.bias").value().get(3);
        }
        assertArrayEquals(plain.weights().get("ln.bias").value().toFloats(),
                averaged.weights().get("ln.bias").value().toFloats());
        assertEquals(a, averaged.predicting().get("ln.bias").value().get(3), 1e-6);
        assertSame(plain.weights(), plain.predicting());
        assertThrows(TensorException.class, () -> config(2).withAverage(1));
    }

    /** What is predicted with is what is read; what is trained on with is what the training goes on with. */
    @Test
    void theFileOfAnAveragedTrainingGivesTheAverage(@TempDir Path folder) throws IOException {
        MetaTrainer averaged = trainer(device, task(), config(2).withAverage(0.5));
        for (int i = 0; i < 3; i++) averaged.step();
        Path file = folder.resolve("g.safetensors");
        averaged.save(file, Map.of());
        GhnFile.Loaded read = GhnFile.read(file, device);
        for (String name : read.parameters().names())
            assertArrayEquals(averaged.predicting().get(name).value().toFloats(),
                    read.parameters().get(name).value().toFloats());
        MetaTrainer other = trainer(device, task(), config(2).withAverage(0.5));
        other.restore(file);
        assertEquals(averaged.step(), other.step());
        MetaTrainer none = trainer(device, task());
        assertTrue(assertThrows(FileFormatException.class, () -> none.restore(file)).getMessage()
                .contains("has an average of the weights that keeps 0.5, this training no average"));
        assertEquals(0, none.position());
    }

    /** Of the weights alone it is those that validations measured. */
    @Test
    void theWeightsAloneOfAnAveragedTrainingAreTheAverage(@TempDir Path folder) throws IOException {
        MetaTrainer averaged = trainer(device, task(), config(2).withAverage(0.5));
        for (int i = 0; i < 3; i++) averaged.step();
        Path file = folder.resolve("best.safetensors");
        averaged.saveWeights(file, Map.of());
        GhnFile.Loaded read = GhnFile.read(file, device);
        for (String name : read.parameters().names())
            assertArrayEquals(averaged.predicting().get(name).value().toFloats(),
                    read.parameters().get(name).value().toFloats());
    }

    @Test
    void gradientsThatAreClippedAtNothingAreRefused() {
        for (double norm : new double[]{0, -1, Double.NaN})
            assertEquals("meta-training: gradients clipped at norm " + norm + " are none",
                    assertThrows(TensorException.class, () -> config(2).withLimits(norm, 0)).getMessage());
    }

    @Test
    void stepsThatWereLeftOutAreCountedAcrossResumptions(@TempDir Path folder) throws IOException {
        MetaTrainer trainer = trainer(device);
        Tensor norm = trainer.weights().get("ln.bias").value();
        float[] before = norm.toFloats();
        float[] broken = before.clone();
        broken[0] = Float.NaN;
        norm.set(broken);
        trainer.step();
        trainer.step();
        norm.set(before);
        Path file = folder.resolve("g.safetensors");
        trainer.save(file, Map.of());
        MetaTrainer other = trainer(device);
        other.restore(file);
        assertEquals(2, other.skipped());
        assertEquals(Map.of("skipped", 2.0), other.figures());
        assertEquals(2, other.position());
    }

    /** Not for hours until its last step. */
    @Test
    void aTrainingOfWhichNothingIsANumberEnds() {
        MetaTrainer trainer = trainer(device);
        Tensor norm = trainer.weights().get("ln.bias").value();
        float[] before = norm.toFloats();
        float[] broken = before.clone();
        broken[0] = Float.NaN;
        for (int round = 0; round < 2; round++) {
            norm.set(broken);
            for (int step = 0; step < 49; step++) trainer.step();
            norm.set(before);
            assertTrue(trainer.step().applied(), "one that goes well begins the count anew");
        }
        norm.set(broken);
        for (int step = 0; step < 49; step++) trainer.step();
        assertEquals(
                "meta-step 149: the loss or the gradient of 50 steps in a row is not a number; lower the learning rate",
                assertThrows(DivergedException.class, trainer::step).getMessage());
    }

    /** One that is interrupted all the time ends, too. */
    @Test
    void aTrainingOfWhichNothingIsANumberEndsAcrossResumptions(@TempDir Path folder) throws IOException {
        MetaTrainer trainer = trainer(device);
        Tensor norm = trainer.weights().get("ln.bias").value();
        float[] broken = norm.toFloats();
        broken[0] = Float.NaN;
        norm.set(broken);
        for (int step = 0; step < 49; step++) trainer.step();
        norm.set(new float[broken.length]); // or it could not be saved
        Path file = folder.resolve("g.safetensors");
        trainer.save(file, Map.of());
        MetaTrainer other = trainer(device);
        other.restore(file);
        other.weights().get("ln.bias").value().set(broken);
        assertThrows(DivergedException.class, other::step);
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
