package org.logah.training.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.training.MetaTrainer;
import org.logah.training.SmallGptTask;
import org.logah.training.Trainer;
import org.logah.training.data.BatchSource;
import org.logah.training.data.ByteText;

/**
 * The experiment: a hypernetwork is meta-trained on small GPTs, predicts a larger one that it never saw, and that one is
 * trained from the prediction, from its usual random start and from an orthogonal one, on the same batches.
 */
public final class StartComparison {
    private final Config config;
    private final ByteText text;
    private final Device device;
    private final Listener listener;

    /**
     * @param metaSteps steps of meta-training
     * @param metaBatch architectures a step
     * @param metaRate peak learning rate of meta-training
     * @param layers layers of the unseen target
     * @param width width of the unseen target
     * @param trainSteps steps from each start
     * @param trainRate learning rate from each start
     */
    public record Config(int metaSteps, int metaBatch, double metaRate, int layers, int width, int trainSteps,
            double trainRate,
            int batch, int context, long seed) {
        public static Config standard(long seed) { return new Config(700, 4, 4e-3, 6, 96, 300, 3e-4, 16, 64, seed); }
    }

    /** Validation loss in nats per byte at each step measured. */
    public record Curve(String name, List<Integer> steps, List<Double> losses) {
        public double first() { return losses.get(0); }

        public double last() { return losses.get(losses.size() - 1); }
    }

    /** What came out: the hypernetwork and one curve per start. */
    public record Result(Config config, HyperNetwork network, Parameters weights, List<Curve> curves,
            double metaSeconds) {
        public Curve curve(String name) {
            return curves.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
        }
    }

    /** Told what is going on. */
    public interface Listener {
        void meta(int done, int total, double loss, double rate);

        void training(String start, int done, int total, double loss);
    }

    public static final String PREDICTED = "predicted";
    public static final String RANDOM = "random";
    public static final String ORTHOGONAL = "orthogonal";
    private static final int VALIDATION_BATCHES = 8;

    public StartComparison(Config config, ByteText text, Device device, Listener listener) {
        this.config = config;
        this.text = text;
        this.device = device;
        this.listener = listener;
    }

    /** The hypernetwork of the experiment: width 32, two Graphormer layers, rank 16. */
    public static GhnConfig hypernetwork() {
        return Variant.MINI.config(Domain.LANGUAGE);
    }

    public TargetNetwork target() {
        return new Gpt2(SmallGptTask.config(config.layers(), config.width(), config.context()));
    }

    public Result run() {
        RandomStream random = new RandomStream(config.seed());
        HyperNetwork network = new HyperNetwork(hypernetwork());
        Parameters weights = network.initialized(device, random.split("hypernetwork"));
        long start = System.nanoTime();
        metaTrain(network, weights, random);
        double seconds = (System.nanoTime() - start) / 1e9;
        TargetNetwork target = target();
        Map<String, Supplier<Parameters>> starts = new LinkedHashMap<>();
        starts.put(PREDICTED, () -> predicted(network, weights, target));
        starts.put(RANDOM, () -> target.initialized(device, Initialization.RANDOM, random.split(RANDOM)));
        starts.put(ORTHOGONAL, () -> target.initialized(device, Initialization.ORTHOGONAL, random.split(ORTHOGONAL)));
        List<Curve> curves = new ArrayList<>();
        starts.forEach((name, parameters) -> curves.add(train(name, target, parameters.get(), random)));
        return new Result(config, network, weights, curves, seconds);
    }

    private void metaTrain(HyperNetwork network, Parameters weights, RandomStream random) {
        SmallGptTask task = new SmallGptTask(text, config.batch(), config.context(), random.split("meta"), device);
        Schedule schedule = Schedule.warmupCosine(1e-5, config.metaRate(), Math.max(2, config.metaSteps() / 20),
                config.metaSteps());
        MetaTrainer trainer = new MetaTrainer(network, weights, task,
                new MetaTrainer.Config(config.metaBatch(), schedule, 5, 1e-2, 0,
                        config.seed()),
                device);
        for (int i = 0; i < config.metaSteps(); i++) {
            MetaTrainer.Step s = trainer.step();
            listener.meta(i + 1, config.metaSteps(), s.loss(), s.learningRate());
        }
    }

    /** The prediction, copied into parameters that can be trained. */
    private Parameters predicted(HyperNetwork network, Parameters weights, TargetNetwork target) {
        try (Tape tape = Tape.inference(device)) {
            Map<String, Tensor> copies = new LinkedHashMap<>();
            network.predict(new Functions(tape), weights, target, new RandomStream(config.seed())).parameters().values()
                    .forEach((name, t) -> copies.put(name, device.allocate(t.shape(), t.type()).set(t)));
            return Parameters.trainable(copies);
        }
    }

    private Curve train(String name, TargetNetwork target, Parameters parameters, RandomStream random) {
        BatchSource batches = text.training(config.batch(), config.context(), random.split("target"));
        BatchSource validation = text.validation(config.batch(), config.context(), random.split("validation"));
        Trainer trainer = new Trainer(target, parameters, batches,
                Trainer.Config.of(Schedule.constant(config.trainRate())), device);
        List<Integer> steps = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        int every = Math.max(1, config.trainSteps() / 30);
        for (int i = 0; i <= config.trainSteps(); i++) {
            if (i % every == 0 || i == config.trainSteps()) {
                steps.add(i);
                losses.add(Trainer.evaluate(target, parameters, validation, VALIDATION_BATCHES, device));
            }
            if (i < config.trainSteps()) trainer.step();
            listener.training(name, i, config.trainSteps(), losses.get(losses.size() - 1));
        }
        return new Curve(name, steps, losses);
    }
}
