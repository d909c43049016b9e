package org.logah.training.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.targets.ClassificationLoss;
import org.logah.training.targets.TargetTrainer;

class MixupTest {
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    /** Two pixels, 0 and 10 b, of the class b. */
    private static Batch numbered(int n, Device device) {
        float[] pixels = new float[2 * n];
        int[] classes = new int[n];
        for (int b = 0; b < n; b++) {
            pixels[2 * b + 1] = 10 * b;
            classes[b] = b;
        }
        return new Batch(device.of(Shape.of(n, 1, 1, 2), pixels), device.ofInts(Shape.of(n), classes), n, true);
    }

    @Test
    void anImageIsMixedWithTheNextOfItsBatch() {
        BatchSource mixup = new Mixup((_, d) -> numbered(3, d), 1, new RandomStream(4));
        Batch batch = mixup.batch(7, device);
        Batch.Partner partner = batch.partner();
        assertNotNull(partner);
        double w = partner.weight();
        assertTrue(w > 0 && w < 1, "weight " + w);
        assertArrayEquals(new int[]{0, 1, 2}, batch.targets().toInts());
        assertArrayEquals(new int[]{1, 2, 0}, partner.targets().toInts());
        assertArrayEquals(new float[]{0, (float) (10 * w), 0, (float) (10 + 10 * w), 0, (float) (20 - 20 * w)},
                batch.input().toFloats(), 1e-5f);
        assertArrayEquals(batch.input().toFloats(), mixup.batch(7, device).input().toFloats());
        Batch.Partner next = mixup.batch(8, device).partner();
        assertNotNull(next);
        assertNotEquals(w, next.weight());
        batch.close();
        assertTrue(partner.targets().storage().released() && batch.input().storage().released());
    }

    /** Mean 1/2 and variance 1 / (8 alpha + 4), within five standard errors of 20,000 draws, and some. */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.2, 1, 3, 100})
    void partsHaveTheDistributionBeta(double alpha) {
        int n = 20_000;
        double sum = 0;
        double squares = 0;
        RandomStream random = new RandomStream(8);
        for (int i = 0; i < n; i++) {
            double l = Mixup.beta(alpha, random);
            assertTrue(l >= 0 && l <= 1, "part " + l);
            sum += l;
            squares += (l - 0.5) * (l - 0.5);
        }
        double variance = 1 / (8 * alpha + 4);
        assertEquals(0.5, sum / n, 5 * Math.sqrt(variance / n));
        assertEquals(variance, squares / n, 0.05 * variance);
    }

    @Test
    void whatCannotBeMixedIsSaid() {
        assertThrows(TensorException.class, () -> new Mixup((_, d) -> numbered(3, d), 0, new RandomStream(1)));
        BatchSource alone = new Mixup((_, d) -> numbered(1, d), 0.2, new RandomStream(1));
        assertEquals("mixup: a mini-batch of 1 image has none to mix it with; choose a larger one",
                assertThrows(TensorException.class, () -> alone.batch(0, device)).getMessage());
    }

    @Test
    void aClassifierLearnsFromMixedImages() {
        Vit vit = new Vit(VitConfig.of(1, 2, 32, 8, ShapeImages.SIDE, 10));
        RandomStream random = new RandomStream(3);
        BatchSource images = new Mixup(new ShapeImages().training(32, 0, random), 0.2, random.split("mixup"));
        try (CpuDevice cpu = new CpuDevice(1, KernelChoice.AUTO)) {
            TargetTrainer trainer = new TargetTrainer(vit, vit.initialized(cpu, Initialization.RANDOM, random), images,
                    new ClassificationLoss(0.1), TargetTrainer.Config.of(Schedule.constant(3e-3)), cpu);
            BatchSource validation = new ShapeImages().validation(64, 0, random);
            TargetTrainer.Scores before = trainer.score(validation, 2);
            for (int i = 0; i < 60; i++) trainer.step();
            TargetTrainer.Scores after = trainer.score(validation, 2);
            assertTrue(after.loss() < before.loss() - 0.1, before + ", then " + after);
            assertTrue(after.accuracy() > 0.2, "" + after);
        }
    }
}
