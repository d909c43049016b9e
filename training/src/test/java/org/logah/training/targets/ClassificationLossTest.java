package org.logah.training.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.run.Validation;

class ClassificationLossTest {
    private static final int PIXELS = 4;
    private static final int CLASSES = 3;
    private static final int BATCH = 5;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    /** Logits are products of an image's pixels with a matrix: a loss that can be written down in a few lines. */
    private static final class Linear implements TargetNetwork {
        private static final ParameterSpec WEIGHT = new ParameterSpec("weight", Shape.of(CLASSES, PIXELS), Role.WEIGHT);

        @Override
        public Variable forward(Functions f, Parameters p, Tensor input) {
            Variable x = f.reshape(Variable.constant(input), Shape.of(input.shape().dim(0), PIXELS));
            return f.linear(x, p.get("weight"), null);
        }

        @Override
        public List<ParameterSpec> parameters() { return List.of(WEIGHT); }

        @Override
        public Tensor exampleInput(Device device) { return device.allocate(data().inputShape(1), DType.F32); }

        @Override
        public DataFormat data() { return new DataFormat.Images(1, 2, CLASSES); }

        @Override
        public String describe() { return "linear"; }

        @Override
        public void initialize(ParameterSpec spec, Tensor tensor, RandomStream random) {
            random.fillNormal(tensor, 0, 1);
        }
    }

    /** One random mini-batch, and what a weight's loss on it is by the formulas, in double. */
    private record Example(double[] x, int[] own, int[] others, double weight, double smoothing) {
        static Example of(double weight, double smoothing) {
            RandomStream random = new RandomStream(5);
            double[] x = new double[BATCH * PIXELS];
            for (int i = 0; i < x.length; i++) x[i] = (float) random.nextNormal();
            return new Example(x, new int[]{0, 2, 1, 1, 0}, new int[]{2, 1, 1, 0, 0}, weight, smoothing);
        }

        Batch batch(Device device) {
            float[] pixels = new float[x.length];
            for (int i = 0; i < x.length; i++) pixels[i] = (float) x[i];
            Tensor input = device.of(Shape.of(BATCH, 1, 2, 2), pixels);
            Tensor targets = device.ofInts(Shape.of(BATCH), own);
            if (weight == 0) return new Batch(input, targets, BATCH, true);
            return new Batch(input, targets, BATCH, true,
                    new Batch.Partner(device.ofInts(Shape.of(BATCH), others), weight));
        }

        double loss(double[] w) {
            double sum = 0;
            for (int b = 0; b < BATCH; b++) {
                double[] log = new double[CLASSES];
                double total = 0;
                for (int c = 0; c < CLASSES; c++) {
                    for (int i = 0; i < PIXELS; i++) log[c] += w[c * PIXELS + i] * x[b * PIXELS + i];
                    total += Math.exp(log[c]);
                }
                for (int c = 0; c < CLASSES; c++) {
                    double wanted = (1 - weight) * (c == own[b] ? 1 : 0) + weight * (c == others[b] ? 1 : 0);
                    double smoothed = (1 - smoothing) * wanted + smoothing / CLASSES;
                    sum -= smoothed * (log[c] - Math.log(total));
                }
            }
            return sum / BATCH;
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 0.1", "0.3, 0", "0.3, 0.2"})
    void valueAndGradientAreThoseOfTheFormulas(double weight, double smoothing) {
        Example example = Example.of(weight, smoothing);
        TargetNetwork linear = new Linear();
        Parameters p = linear.initialized(device, Initialization.RANDOM, new RandomStream(6));
        double[] w = toDoubles(p.get("weight").value());
        try (Batch batch = example.batch(device); Tape tape = new Tape(device)) {
            Variable loss = new ClassificationLoss(smoothing).of(new Functions(tape), linear, p, batch);
            assertEquals(example.loss(w), loss.value().item(), 1e-6);
            tape.backward(loss);
        }
        assertArrayEquals(differences(example::loss, w), toDoubles(p.get("weight").gradient()), 1e-6);
    }

    private static double[] toDoubles(Tensor t) {
        float[] values = t.toFloats();
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) out[i] = values[i];
        return out;
    }

    /** Central differences. */
    private static double[] differences(ToDoubleFunction<double[]> f, double[] at) {
        double[] out = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] = at[i] + 1e-5;
            double up = f.applyAsDouble(moved);
            moved[i] = at[i] - 1e-5;
            out[i] = (up - f.applyAsDouble(moved)) / 2e-5;
        }
        return out;
    }

    /** Not merely about the same: what was trained before has the same bits. */
    @Test
    void withoutSmoothingAndMixingItIsTheNetworksOwn() {
        Example example = Example.of(0, 0);
        TargetNetwork linear = new Linear();
        Parameters p = linear.initialized(device, Initialization.RANDOM, new RandomStream(6));
        try (Batch batch = example.batch(device); Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            assertEquals(linear.loss(f, p, batch.input(), batch.targets()).value().item(),
                    ClassificationLoss.PLAIN.of(f, linear, p, batch).value().item());
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void aSmoothingThatLeavesNoTargetIsRefused(double smoothing) {
        assertThrows(TensorException.class, () -> new ClassificationLoss(smoothing));
    }

    /** The largest logit of an image is that of its largest pixel; one of the five images has its target elsewhere, one has none. */
    @Test
    void theAccuracyIsThePartThatIsRight() {
        float[] pixels = new float[BATCH * PIXELS];
        int[] targets = {0, 1, 2, 0, -1};
        for (int b = 0; b < BATCH; b++) pixels[b * PIXELS + b % CLASSES] = 1;
        pixels[3 * PIXELS] = 0;
        pixels[3 * PIXELS + 1] = 1;
        Batch kept = new Batch(device.of(Shape.of(BATCH, 1, 2, 2), pixels), device.ofInts(Shape.of(BATCH), targets),
                BATCH, false);
        float[] identity = new float[CLASSES * PIXELS];
        for (int c = 0; c < CLASSES; c++) identity[c * PIXELS + c] = 9;
        Parameters p = Parameters.trainable(Map.of("weight", device.of(Shape.of(CLASSES, PIXELS), identity)));
        BatchSource source = (_, _) -> kept;
        TargetTrainer trainer = new TargetTrainer(new Linear(), p, source,
                TargetTrainer.Config.of(Schedule.constant(0.1)), device);
        TargetTrainer.Scores scores = trainer.score(source, 2);
        assertEquals(0.75, scores.accuracy());
        assertEquals(trainer.validate(source, 2), scores.loss());
        Validation validation = trainer.validation(source, 1);
        assertEquals(new Validation.Result(scores.loss(), Map.of(Validation.ACCURACY, 0.75)),
                validation.measure().get());
        identity[0] = Float.NaN;
        p.get("weight").value().set(identity);
        assertEquals(0, trainer.score(source, 1).accuracy());
    }
}
