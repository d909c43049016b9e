package org.logah.training.experiment;

import java.io.IOException;
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
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.features.Domain;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Family;
import org.logah.training.ArchitectureSetTask;
import org.logah.training.MetaTask;
import org.logah.training.MetaTrainer;
import org.logah.training.MetaTrainingRecipe;
import org.logah.training.Trainer;
import org.logah.training.TrainingListener;
import org.logah.training.TrainingRun;
import org.logah.training.Validation;
import org.logah.training.data.ByteText;
import org.logah.training.measure.MemoryEstimate;

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
     * What is compared.
     *
     * @param meta the hypernetwork's training; batch, context and seed hold for the target's, too
     * @param layers layers of the unseen target
     * @param width width of the unseen target
     * @param trainSteps steps from each start
     * @param trainRate learning rate from each start
     */
    public record Config(MetaTrainingRecipe meta, int layers, int width, int trainSteps, double trainRate) {
        /**
         * {@return the usual comparison, of about two minutes on two cores: a GPT of 6 layers and width 96, 300 steps from each start}
         *
         * @param seed of everything random
         */
        public static Config standard(long seed) {
            return new Config(MetaTrainingRecipe.standard(seed).withRate(4e-3), 6, 96, 300, 3e-4);
        }
    }

    /**
     * Validation loss in nats per byte at each step measured.
     *
     * @param name of the start
     * @param steps how many had been done
     * @param losses as many
     */
    public record Curve(String name, List<Integer> steps, List<Double> losses) {
        /** {@return the loss before the first step} */
        public double first() { return losses.get(0); }

        /** {@return the loss after the last step} */
        public double last() { return losses.get(losses.size() - 1); }
    }

    /**
     * What came out: the hypernetwork and one curve per start.
     *
     * @param config what was compared
     * @param network the hypernetwork
     * @param weights its weights after the meta-training
     * @param curves one per start, the predicted one first
     * @param metaSeconds how long the meta-training took
     */
    public record Result(Config config, HyperNetwork network, Parameters weights, List<Curve> curves,
            double metaSeconds) {
        /**
         * {@return the curve of one start}
         *
         * @param name of the start
         * @throws java.util.NoSuchElementException if there is no such start
         */
        public Curve curve(String name) {
            return curves.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
        }
    }

    /** Says who listens to each of the experiment's trainings; nobody by default. */
    public interface Listener {
        /** {@return who listens to the meta-training} */
        default TrainingListener metaTraining() {
            return TrainingListener.NONE;
        }

        /**
         * {@return who listens to the target's training from one start}
         *
         * @param start the start's name
         */
        default TrainingListener training(String start) { return TrainingListener.NONE; }
    }

    /** The start that the hypernetwork predicts. */
    public static final String PREDICTED = "predicted";
    /** The target's usual start. */
    public static final String RANDOM = "random";
    /** The start with orthogonal weights. */
    public static final String ORTHOGONAL = "orthogonal";
    private static final GhnConfig HYPERNETWORK = MetaTrainingRecipe.VARIANT.config(Domain.LANGUAGE);
    /** Validations of each training, about. */
    private static final int VALIDATIONS = 30;

    /**
     * The experiment on one text.
     *
     * @param config what is compared
     * @param text what the hypernetwork and the target are trained on
     * @param device where everything is computed
     * @param listener says who listens to the trainings
     */
    public StartComparison(Config config, ByteText text, Device device, Listener listener) {
        this.config = config;
        this.text = text;
        this.device = device;
        this.listener = listener;
    }

    /** {@return the larger GPT that the hypernetwork never sees in training} */
    public TargetNetwork target() {
        return new Gpt2(Gpt2Family.smallConfig(config.layers(), config.width(), text.format(config.meta().context())));
    }

    private RandomStream random() { return new RandomStream(config.meta().seed()); }

    private MetaTask task() {
        return ArchitectureSetTask.of(ModelCatalog.sampler("small"), text, config.meta().batch(),
                config.meta().context(), random().split("meta"));
    }

    /** {@return how much memory the meta-training will take, which is the larger part} */
    public MemoryEstimate memory() {
        return MemoryEstimate.ofMetaTraining(new HyperNetwork(HYPERNETWORK), task(), config.meta().metaBatch(),
                device.threads());
    }

    /**
     * Does all of it: the meta-training, then the target's training from each start.
     *
     * @return the hypernetwork and one curve per start
     * @throws ArithmeticException if the target's loss is not a number
     * @throws IOException never, since nothing is kept in files
     */
    public Result run() throws IOException {
        RandomStream random = random();
        GhnFile.Loaded logah = GhnFile.Loaded.fresh(HYPERNETWORK, random, device);
        long start = System.nanoTime();
        MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), task(), config.meta().trainer(),
                device);
        new TrainingRun(trainer, TrainingRun.Config.of(config.meta().steps()), listener.metaTraining()).run();
        double seconds = (System.nanoTime() - start) / 1e9;
        TargetNetwork target = target();
        Map<String, Supplier<Parameters>> starts = new LinkedHashMap<>();
        starts.put(PREDICTED, () -> predicted(logah, target));
        starts.put(RANDOM, () -> target.initialized(device, Initialization.RANDOM, random.split(RANDOM)));
        starts.put(ORTHOGONAL, () -> target.initialized(device, Initialization.ORTHOGONAL, random.split(ORTHOGONAL)));
        List<Curve> curves = new ArrayList<>();
        for (Map.Entry<String, Supplier<Parameters>> e : starts.entrySet())
            curves.add(train(e.getKey(), target, e.getValue().get()));
        return new Result(config, logah.network(), logah.parameters(), curves, seconds);
    }

    /** The prediction, copied into parameters that outlive its tape and can be trained. */
    private Parameters predicted(GhnFile.Loaded logah, TargetNetwork target) {
        try (Tape tape = Tape.inference(device)) {
            return logah.network().predict(new Functions(tape), logah.parameters(), target, random()).copyTo(device);
        }
    }

    /** The curve of one start, on the batches that all starts get. */
    private Curve train(String name, TargetNetwork target, Parameters parameters) throws IOException {
        int batch = config.meta().batch();
        int context = config.meta().context();
        Trainer trainer = new Trainer(target, parameters, text.training(batch, context, random().split("target")),
                Trainer.Config.of(Schedule.constant(config.trainRate())), device);
        Validation validation = Validation.of(trainer,
                text.validation(batch, context, random().split("validation")),
                Math.max(1, config.trainSteps() / VALIDATIONS));
        List<TrainingRun.ValidationPoint> points = new TrainingRun(trainer,
                TrainingRun.Config.of(config.trainSteps()).withValidation(validation), listener.training(name)).run()
                .validations();
        return new Curve(name, points.stream().map(TrainingRun.ValidationPoint::position).toList(),
                points.stream().map(TrainingRun.ValidationPoint::loss).toList());
    }
}
