package org.logah.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;

class OptimizerTest {
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    private Parameters start() { return Parameters.trainable(Map.of("x", device.of(Shape.of(2), 3, -4))); }

    /** The gradient of {@code sum x^2}. */
    private void gradient(Parameters p) {
        p.clearGradients();
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            tape.backward(f.sum(f.apply(Unary.SQUARE, p.get("x"))));
        }
    }

    @Test
    void adamWFollowsItsFormula() {
        Parameters p = start();
        AdamW adam = new AdamW(p, new AdamW.Config(0.9, 0.99, 1e-8, 0.1));
        double x = 3;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= 5; t++) {
            gradient(p);
            adam.step(0.1, 0.5);
            double g = 2 * x * 0.5;
            m = 0.9 * m + 0.1 * g;
            v = 0.99 * v + 0.01 * g * g;
            x = x * (1 - 0.1 * 0.1)
                    - 0.1 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-8);
            assertEquals(x, p.get("x").value().get(0), 1e-5);
        }
        assertEquals(5, adam.steps());
    }

    @Test
    void withoutAGradientNothingMoves() {
        Parameters p = start();
        new AdamW(p, AdamW.Config.DEFAULT).step(0.1, 1);
        assertArrayEquals(new float[]{3, -4}, p.get("x").value().toFloats());
    }

    @Test
    void clippingScalesToTheLimit() {
        Parameters p = start();
        gradient(p);
        assertEquals(10, GradientClip.norm(p), 1e-6);
        assertEquals(0.5, GradientClip.scale(10, 5), 1e-6);
        assertEquals(1, GradientClip.scale(3, 5));
    }

    @Test
    void schedulesPassThroughTheirPoints() {
        Schedule s = Schedule.warmupCosine(1e-5, 1e-3, 5, 105);
        assertEquals(1e-5, s.at(0), 1e-12);
        assertEquals(1e-5 + 0.75 * (1e-3 - 1e-5), s.at(3), 1e-12);
        assertEquals(1e-3 * 0.5 * (1 + Math.cos(-Math.PI / 100)), s.at(4), 1e-12);
        assertEquals(1e-3, s.at(5), 1e-12);
        assertEquals(5e-4, s.at(55), 1e-12);
        assertEquals(0, s.at(105), 1e-12);
        assertEquals(7, Schedule.constant(7).at(1000));
        Schedule flat = Schedule.warmupConstant(1e-5, 1e-3, 5);
        for (int step = 0; step < 4; step++) assertEquals(s.at(step), flat.at(step));
        for (int step : new int[]{4, 5, 1000}) assertEquals(1e-3, flat.at(step));
        for (int total = 1; total < 20; total++) {
            Schedule any = Schedule.warmupCosine(1e-5, 1e-3, 5, total);
            for (int step = 1; step < 5; step++)
                assertTrue(any.at(step) > any.at(step - 1), "it rises to step 4, of " + total + " steps too: " + step);
        }
        assertEquals(1, Schedule.warmupCosine(0.01, 1, 0, 10).at(0), "without a warm-up it falls from the first step");
    }

    /** The reference moves its schedule once an epoch: epochs 0 to 3 lie on the line to the peak, which epoch 5 has. */
    @Test
    void epochsHaveOneRateEach() {
        Schedule epochs = Schedule.warmupCosine(1e-5, 3e-4, 5, 25);
        Schedule steps = epochs.ofEpochs(7);
        for (int step = 0; step < 25 * 7; step++) assertEquals(epochs.at(step / 7), steps.at(step));
        for (int epoch = 0; epoch < 4; epoch++)
            assertEquals(1e-5 + (3e-4 - 1e-5) * epoch / 4, steps.at(7 * epoch), 1e-12);
        assertEquals(3e-4, steps.at(5 * 7), 1e-12);
        assertEquals(1.5e-4, steps.at(15 * 7 + 6), 1e-12);
    }

    @Test
    void movingAveragesFollowSlowly() {
        Parameters p = start();
        MovingAverage average = new MovingAverage(p, 0.9);
        p.get("x").value().set(13f, -4f);
        average.update();
        assertArrayEquals(new float[]{4, -4}, average.values().get("x").toFloats(), 1e-5f);
    }

    @Test
    void aSavedStateGoesOnToTheSameNumbers() throws IOException {
        Path file = folder.resolve("state.safetensors");
        Parameters p = start();
        AdamW adam = new AdamW(p, AdamW.Config.DEFAULT);
        for (int i = 0; i < 3; i++) {
            gradient(p);
            adam.step(0.1, 1);
        }
        TrainingState.write(file, Map.of(), p, adam, 3);
        Parameters q = start();
        AdamW other = new AdamW(q, AdamW.Config.DEFAULT);
        assertEquals(3, TrainingState.restore(file, q, other));
        for (int i = 0; i < 3; i++) {
            gradient(p);
            adam.step(0.1, 1);
            gradient(q);
            other.step(0.1, 1);
        }
        assertArrayEquals(p.get("x").value().toFloats(), q.get("x").value().toFloats());
    }

    @Test
    void anAverageIsSavedWithTheStateAndAskedFor() throws IOException {
        Path file = folder.resolve("averaged.safetensors");
        Parameters p = start();
        AdamW adam = new AdamW(p, AdamW.Config.DEFAULT);
        MovingAverage average = new MovingAverage(p, 0.9);
        gradient(p);
        adam.step(0.1, 1);
        average.update();
        TrainingState.write(file, Map.of(), p, adam, average, 1);
        Parameters q = start();
        MovingAverage other = new MovingAverage(q, 0.9);
        assertEquals(1, TrainingState.restore(file, q, new AdamW(q, AdamW.Config.DEFAULT), other));
        assertArrayEquals(average.values().get("x").toFloats(), other.values().get("x").toFloats());
        assertArrayEquals(p.get("x").value().toFloats(), q.get("x").value().toFloats());
        assertFalse(Arrays.equals(p.get("x").value().toFloats(), other.values().get("x").toFloats()));
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            assertEquals("average.", TrainingState.prefix(in));
        }
        for (MovingAverage wrong : new MovingAverage[]{null, new MovingAverage(q, 0.99)}) {
            assertTrue(assertThrows(FileFormatException.class,
                    () -> TrainingState.restore(file, q, new AdamW(q, AdamW.Config.DEFAULT), wrong)).getMessage()
                    .contains("has an average of the weights that keeps 0.9, this training "));
        }
    }

    @Test
    void aFileThatIsNoStateIsNamed() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        SafetensorsWriter.write(file, Map.of(), Map.of("x", device.zeros(Shape.of(2))));
        Parameters p = start();
        assertThrows(FileFormatException.class,
                () -> TrainingState.restore(file, p, new AdamW(p, AdamW.Config.DEFAULT)));
    }

    /** Weights that fit are left alone, too, where a later tensor does not. */
    @Test
    void aStateThatDoesNotFitChangesNothing() throws IOException {
        Path file = folder.resolve("other.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("x", device.of(Shape.of(2), 7, 8));
        tensors.put("optimizer.m.x", device.zeros(Shape.of(2)));
        tensors.put("optimizer.v.x", device.zeros(Shape.of(3)));
        SafetensorsWriter.write(file, Map.of("step", "4", "optimizer.steps", "4"), tensors);
        Parameters p = start();
        float[] before = p.get("x").value().toFloats();
        AdamW adam = new AdamW(p, AdamW.Config.DEFAULT);
        String message = assertThrows(FileFormatException.class, () -> TrainingState.restore(file, p, adam))
                .getMessage();
        assertTrue(message.contains("'optimizer.v.x' has shape [3], this training has [2]"), message);
        assertArrayEquals(before, p.get("x").value().toFloats());
        assertEquals(0, adam.steps());
        for (String step : new String[]{"-1", "many"}) {
            SafetensorsWriter.write(file, Map.of("step", step, "optimizer.steps", "4"), tensors);
            assertTrue(assertThrows(FileFormatException.class, () -> TrainingState.restore(file, p, adam)).getMessage()
                    .contains("is no training state"));
        }
    }

    @Test
    void aRuinedStateNeverReplacesASoundOne() throws IOException {
        Parameters p = start();
        AdamW adam = new AdamW(p, AdamW.Config.DEFAULT);
        Path file = folder.resolve("state.safetensors");
        TrainingState.write(file, Map.of(), p, adam, 1);
        byte[] sound = Files.readAllBytes(file);
        for (float wrong : new float[]{Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            p.get("x").value().set(1, wrong);
            assertTrue(assertThrows(FileFormatException.class,
                    () -> TrainingState.write(file, Map.of(), p, adam, 2)).getMessage()
                    .contains("was not written: 'x' has numbers that are not finite"));
            assertArrayEquals(sound, Files.readAllBytes(file));
        }
        p.get("x").value().set(Float.MAX_VALUE, -Float.MAX_VALUE);
        TrainingState.write(file, Map.of(), p, adam, 2);
    }
}
