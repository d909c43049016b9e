package org.logah.training.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;
import org.logah.training.data.Batch;
import org.logah.training.data.image.CifarImages;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;
import org.logah.training.run.TrainingStep;

class TargetTrainerTest {
    @TempDir
    Path folder;

    private static List<Double> losses(int threads, KernelChoice kernels) {
        try (CpuDevice device = new CpuDevice(threads, kernels)) {
            Gpt2 gpt = new Gpt2(Gpt2Config.of(2, 2, 32, 256, 32, false));
            ByteText text = new ByteText(GrammarText.generate(20_000, 1));
            RandomStream random = new RandomStream(2);
            TargetTrainer trainer = new TargetTrainer(gpt,
                    gpt.initialized(device, Initialization.RANDOM, random.split("start")),
                    text.training(8, 16, random.split("data")), TargetTrainer.Config.of(Schedule.constant(3e-3)),
                    device);
            List<Double> losses = new ArrayList<>();
            for (int i = 0; i < 30; i++) losses.add(trainer.step().loss());
            assertEquals(30, trainer.position());
            return losses;
        }
    }

    @Test
    void threadsDoNotChangeANumber() { assertEquals(losses(1, KernelChoice.VECTOR), losses(2, KernelChoice.VECTOR)); }

    @Test
    void trainingLearns() {
        List<Double> losses = losses(2, KernelChoice.AUTO);
        assertEquals(Math.log(256), losses.get(0), 0.1);
        assertTrue(losses.get(29) < 3.6, losses.toString());
    }

    /**
     * Of the same mini-batch twice a step is that of once. Gradients are clipped far below AdamW's epsilon, where a step goes with their
     * size; above it AdamW does not see whether they were divided.
     */
    @Test
    void accumulatedBatchesMakeOneStep() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Vit vit = new Vit(VitConfig.of(1, 2, 16, 4, 8, 5));
            Batch kept = images(device);
            List<TargetTrainer> trainers = new ArrayList<>();
            List<List<Integer>> numbers = List.of(new ArrayList<>(), new ArrayList<>());
            for (int accumulate = 1; accumulate <= 2; accumulate++) {
                List<Integer> asked = numbers.get(accumulate - 1);
                trainers.add(new TargetTrainer(vit, vit.initialized(device, Initialization.RANDOM, new RandomStream(3)),
                        (number, _) -> {
                            asked.add(number);
                            return kept;
                        }, new TargetTrainer.Config(Schedule.constant(1), accumulate, 1e-8, 0), device));
            }
            Parameters start = vit.initialized(device, Initialization.RANDOM, new RandomStream(3));
            for (int i = 0; i < 3; i++) {
                TrainingStep once = trainers.get(0).step();
                TrainingStep twice = trainers.get(1).step();
                assertEquals(once.loss(), twice.loss(), 1e-5 * once.loss());
                assertEquals(once.gradientNorm(), twice.gradientNorm(), 1e-4 * once.gradientNorm());
            }
            assertEquals(List.of(0, 1, 2), numbers.get(0));
            assertEquals(List.of(0, 1, 2, 3, 4, 5), numbers.get(1));
            double way = distance(start, trainers.get(0).parameters());
            double apart = distance(trainers.get(0).parameters(), trainers.get(1).parameters());
            assertTrue(way > 0.1 && apart < 1e-3 * way, apart + " apart after a way of " + way);
        }
    }

    private static double distance(Parameters a, Parameters b) {
        double sum = 0;
        for (String name : a.names()) {
            float[] x = a.get(name).value().toFloats();
            float[] y = b.get(name).value().toFloats();
            for (int i = 0; i < x.length; i++) sum += Math.pow((double) x[i] - y[i], 2);
        }
        return Math.sqrt(sum);
    }

    /** Two images of five classes, which the source keeps. */
    private static Batch images(Device device) {
        Tensor images = device.allocate(Shape.of(2, 3, 8, 8), DType.F32);
        new RandomStream(3).fillNormal(images, 0, 1);
        return new Batch(images, device.ofInts(Shape.of(2), 1, 4), 2, false);
    }

    /** Blocks that are computed again change no bit, of any step. */
    @Test
    void recomputationChangesNoNumber() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Gpt2 gpt = new Gpt2(Gpt2Config.of(2, 2, 16, 256, 16, false));
            ByteText text = new ByteText(GrammarText.generate(20_000, 1));
            List<TrainingStep> first = null;
            for (boolean recompute : new boolean[]{false, true}) {
                TargetTrainer.Config config = new TargetTrainer.Config(Schedule.constant(1e-2), 1, 1, 0.01, recompute);
                TargetTrainer trainer = new TargetTrainer(gpt,
                        gpt.initialized(device, Initialization.RANDOM, new RandomStream(2)),
                        text.training(4, 16, new RandomStream(3)), config, device);
                List<TrainingStep> steps = new ArrayList<>();
                for (int i = 0; i < 5; i++) steps.add(trainer.step());
                if (first == null) first = steps;
                else assertEquals(first, steps);
            }
        }
    }

    @Test
    void aClipOfNothingIsRefused() {
        assertTrue(assertThrows(TensorException.class, () -> new TargetTrainer.Config(Schedule.constant(0.3), 1, 0, 0))
                .getMessage().contains("clipped at norm 0.0"));
    }

    /** A source may give the same tensors again and again: they are its own, and no step takes them away. */
    @Test
    void aSourceMayKeepItsBatch() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Vit vit = new Vit(VitConfig.of(1, 2, 16, 4, 8, 5));
            Batch kept = images(device);
            TargetTrainer trainer = new TargetTrainer(vit,
                    vit.initialized(device, Initialization.RANDOM, new RandomStream(4)),
                    (_, _) -> kept, TargetTrainer.Config.of(Schedule.constant(1e-2)), device);
            double first = trainer.step().loss();
            for (int i = 0; i < 8; i++) trainer.step();
            assertTrue(trainer.step().loss() < first);
            assertFalse(kept.input().storage().released());
        }
    }

    @Test
    void aBatchFromATextGivesItsMemoryBack() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Batch batch = new ByteText(GrammarText.generate(20_000, 1)).training(2, 8, new RandomStream(1)).batch(0,
                    device);
            batch.close();
            assertTrue(batch.input().storage().released() && batch.targets().storage().released());
        }
    }

    @Test
    void aLossThatIsNotANumberStopsWithAWord() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Gpt2 gpt = new Gpt2(Gpt2Config.of(1, 1, 8, 256, 8, true));
            Parameters p = gpt.initialized(device, Initialization.RANDOM, new RandomStream(1));
            p.get("transformer.ln_f.weight").value().set(Float.NaN, 1f, 1f, 1f, 1f, 1f, 1f, 1f);
            TargetTrainer trainer = new TargetTrainer(gpt, p,
                    new ByteText(GrammarText.generate(2000, 1)).training(2, 8, new RandomStream(1)),
                    TargetTrainer.Config.of(Schedule.constant(1)), device);
            assertTrue(assertThrows(ArithmeticException.class, trainer::step).getMessage()
                    .contains("lower the learning rate"));
        }
    }

    @Test
    void theGrammarIsTheSameForTheSameSeedAndNotTrivial() {
        String text = GrammarText.generate(50_000, 7);
        assertEquals(text, GrammarText.generate(50_000, 7));
        assertNotEquals(text, GrammarText.generate(50_000, 8));
        for (String part : new String[]{"?", " that ", " make ", "When the ", "If ", "\n\n"})
            assertTrue(text.contains(part), part);
        assertTrue(text.matches(
                "(?s).*(One and one make two|Two and two make four|Three and one make four|One and two make three|Two and one make three).*"));
    }

    @Test
    void batchesDependOnNumberAndSeedOnly() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            ByteText text = new ByteText("abcdefghijklmnopqrstuvwxyz".repeat(20));
            Batch a = text.training(3, 5, new RandomStream(1)).batch(7, device);
            Batch b = text.training(3, 5, new RandomStream(1)).batch(7, device);
            int[] in = a.input().toInts();
            assertArrayEquals(in, b.input().toInts());
            for (Batch other : List.of(text.training(3, 5, new RandomStream(1)).batch(8, device),
                    text.training(3, 5, new RandomStream(2)).batch(7, device)))
                assertFalse(Arrays.equals(in, other.input().toInts()));
            int[] next = a.targets().toInts();
            for (int i = 0; i < in.length; i++) assertEquals(in[i] == 'z' ? 'a' : in[i] + 1, next[i]);
            assertThrows(TensorException.class, () -> new ByteText("short").training(1, 64, new RandomStream(1)));
        }
    }

    @Test
    void cifarBinariesAreRead() throws IOException {
        byte[] record = new byte[1 + 3072];
        record[0] = 7;
        for (int i = 1; i < record.length; i++) record[i] = (byte) 255;
        Files.write(folder.resolve("data_batch_1.bin"), record);
        Files.write(folder.resolve("test_batch.bin"), record);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            CifarImages images = CifarImages.read(folder, true);
            assertEquals(1, images.count());
            assertEquals(10, images.classes());
            Batch batch = images.batches(2, false, new RandomStream(1)).batch(0, device);
            assertEquals(Shape.of(2, 3, 32, 32), batch.input().shape());
            assertArrayEquals(new int[]{7, 7}, batch.targets().toInts());
            assertEquals((1 - 0.4914) / 0.2470, batch.input().get(0), 1e-5);
            trainsOn(images, device);
        }
        Files.write(folder.resolve("data_batch_2.bin"), new byte[100]);
        assertTrue(assertThrows(IOException.class, () -> CifarImages.read(folder, true)).getMessage()
                .contains("no whole number"));
        assertThrows(IOException.class, () -> CifarImages.read(folder.resolve("missing"), true));
    }

    private static void trainsOn(CifarImages images, Device device) {
        Vit vit = new Vit(VitConfig.of(1, 2, 16, 8, 32, 10));
        TargetTrainer trainer = new TargetTrainer(vit,
                vit.initialized(device, Initialization.RANDOM, new RandomStream(1)),
                images.batches(2, true, new RandomStream(1)),
                TargetTrainer.Config.of(Schedule.constant(1e-2)), device);
        double first = trainer.step().loss();
        for (int i = 0; i < 5; i++) trainer.step();
        assertTrue(trainer.step().loss() < first);
    }
}
