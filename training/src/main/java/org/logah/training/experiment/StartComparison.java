package org.logah.training.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.models.DataFormat;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.training.data.DataSplits;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.run.DiskNeed;
import org.logah.training.run.DivergedException;
import org.logah.training.run.StoppableRuns;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;
import org.logah.training.weights.TargetFile;

/**
 * The experiment: hypernetworks are meta-trained on small networks, predict a larger one that they never saw, and that one is
 * trained from the predictions and from usual starts, on the same batches, each at its own best learning rate: the first seed
 * tries all, the others take what was best there.
 */
public final class StartComparison {
    private final ComparisonConfig config;
    private final Data data;
    private final Device device;
    private final Listener listener;
    private final RunFolder folder;
    private final StoppableRuns runs = new StoppableRuns();
    private final MetaTrainings metaTrainings;

    /**
     * What came out for one seed.
     *
     * @param config what was compared; its seed is this one's
     * @param curves all, in the order of the starts
     * @param metaSeconds how long the meta-trainings took; 0 where not all were done by this process from their first step
     */
    public record Result(ComparisonConfig config, List<Curve> curves, double metaSeconds) {}

    /**
     * Which of one seed's trainings it is: the meta-trainings first, then those of the target.
     *
     * @param number from 1; trainings that the folder has already count, too
     * @param count how many there are
     */
    public record Stage(int number, int count) {}

    /** Says who listens to each of the experiment's trainings; nobody by default. */
    public interface Listener {
        /**
         * {@return who listens to a meta-training}
         *
         * @param stage which of the trainings it is
         * @param variant the hypernetwork's
         */
        default TrainingListener metaTraining(Stage stage, String variant) { return TrainingListener.NONE; }

        /**
         * {@return who listens to the target's training from one start}
         *
         * @param stage which of the trainings it is
         * @param start the start's name
         * @param rate its learning rate
         */
        default TrainingListener training(Stage stage, String start, double rate) { return TrainingListener.NONE; }

        /**
         * The target's training came to a loss that is no number, so its curve ends; the experiment goes on.
         *
         * @param stage which of the trainings it was
         * @param start the start's name
         * @param rate its learning rate
         * @param why where the loss was no number
         */
        default void diverged(Stage stage, String start, double rate, DivergedException why) {}
    }

    /**
     * What is trained on.
     *
     * @param meta what the hypernetworks are meta-trained on
     * @param target what the target is trained on from each start
     */
    public record Data(DataSplits meta, DataSplits target) {
        /**
         * {@return the same for both}
         *
         * @param data what everything is trained on
         */
        public static Data same(DataSplits data) { return new Data(data, data); }
    }

    /**
     * Where finished runs are kept and taken from.
     *
     * @param runs of the curves; null to keep none
     * @param hypernetworks of the hypernetworks, which several comparisons of one meta-training may share; null to keep none
     */
    public record Folders(@Nullable Path runs, @Nullable Path hypernetworks) {}

    /** Mini-batches of the measurement behind a training's last step. */
    public static final int END_BATCHES = 64;

    /**
     * The experiment on one data set.
     *
     * @param config what is compared
     * @param data what the hypernetworks and the target are trained on
     * @param device where everything is computed
     * @param listener says who listens to the trainings
     * @param folder where finished runs are kept and taken from; null to keep none
     * @throws TensorException if the networks of the set do not read such data, or there is none of the target's size
     */
    public StartComparison(ComparisonConfig config, DataSplits data, Device device, Listener listener,
            @Nullable Path folder) {
        this(config, Data.same(data), device, listener, new Folders(folder, folder));
    }

    /**
     * The experiment on one or two data sets. Where the target's data has other classes than the hypernetworks', its class layer cannot be
     * predicted: it starts anew as Kaiming's (LoGAH, section 4.4), and everything else is predicted.
     *
     * @param config what is compared
     * @param data what is trained on
     * @param device where everything is computed
     * @param listener says who listens to the trainings
     * @param folders where finished runs are kept and taken from
     * @throws TensorException if the networks of the set do not read such data, or there is none of the target's size
     */
    public StartComparison(ComparisonConfig config, Data data, Device device, Listener listener, Folders folders) {
        this.config = config;
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.folder = new RunFolder(folders);
        this.metaTrainings = new MetaTrainings(config, data.meta(), device, listener, folder, runs);
        target(); // sizes that cannot be are refused before anything is trained
    }

    /** {@return the larger network that the hypernetworks never see in training} */
    public TargetNetwork target() {
        return config.unseen().network(config.sampler(), format(data.target()));
    }

    private DataFormat format(DataSplits of) { return of.format(config.meta().context()); }

    private RandomStream random() { return new RandomStream(config.meta().seed()); }

    /** {@return how much memory each meta-training and the target's training will take, one after the other} */
    public List<MemoryEstimate> memory() {
        List<MemoryEstimate> all = new ArrayList<>(metaTrainings.memory());
        all.add(MemoryEstimate.ofTraining(target(), config.meta().batch(), config.meta().context()));
        return all;
    }

    /** {@return the files that the meta-trainings write, if any are kept; the calling program claims them} */
    public List<Path> hypernetworkFiles() {
        return metaTrainings.files();
    }

    /**
     * Adds the files of meta-trainings that are not done; all others are small.
     *
     * @param disk what is saved, with other comparisons beside this one
     * @throws IOException if the folder cannot be listed
     */
    public void addTo(DiskNeed disk) throws IOException { metaTrainings.addTo(disk); }

    /**
     * Notes in the folder what it is for, before any work; {@link #run} and {@link #parameters} do it, too.
     *
     * @throws FileFormatException if it is of another experiment, or has a curve that cannot be read
     * @throws IOException if it cannot be read or written
     */
    public void requireFolder() throws IOException { folder.require(data, config); }

    /**
     * Does all of it that the folder does not have yet: the meta-trainings, then the target's trainings from each start.
     *
     * @param first what came out for the first seed, whose best rates this one takes; null where this is the first
     * @return the curves; null where it was asked to stop before it had all
     * @throws IOException if the folder cannot be read or written
     */
    public @Nullable Result run(@Nullable Result first) throws IOException {
        int count = config.variants().size() + config.starts().size() * (first == null ? config.rates().size() : 1);
        requireFolder();
        MetaTrainings.Outcome meta = metaTrainings.run(count);
        if (meta == null) return null;
        int number = config.variants().size();
        List<Curve> curves = new ArrayList<>();
        for (String name : config.starts()) {
            for (double rate : first == null ? config.rates() : List.of(Curve.best(first.curves(), name).rate())) {
                Curve curve = curve(new Stage(++number, count), name, rate, meta.hypernetworks().get(name));
                if (curve == null) return null;
                curves.add(curve);
            }
        }
        return new Result(config, curves, meta.seconds());
    }

    /**
     * Does the meta-trainings alone that the folder does not have yet.
     *
     * @return the target's parameters that its trainings start from, by the start's name; null where it was asked to stop before it had all
     * @throws IOException if the folder cannot be read or written
     */
    public @Nullable Map<String, Parameters> parameters() throws IOException {
        requireFolder();
        MetaTrainings.Outcome meta = metaTrainings.run(config.variants().size());
        if (meta == null) return null;
        Map<String, Parameters> all = new LinkedHashMap<>();
        for (String name : config.starts()) all.put(name, start(name, meta.hypernetworks().get(name), target()));
        return all;
    }

    /**
     * Asks the experiment to end as {@link TrainingRun#stop} does. Hypernetworks and finished starts are in the folder then; a start
     * whose training was under way begins anew the next time. Any thread may ask.
     */
    public void stop() { runs.stop(); }

    /** The curve of one start, on the batches that all starts get. */
    private @Nullable Curve curve(Stage stage, String name, double rate, MetaTrainings.@Nullable Predictor predictor)
            throws IOException {
        String digest = predictor == null ? "" : predictor.digest();
        Curve known = folder.curve(config.meta().seed(), name, rate, digest);
        if (known != null) return known;
        TargetNetwork target = target();
        Curve curve = new StartTraining(config, data.target(), device, listener, runs).train(stage, name, rate,
                digest, target, start(name, predictor, target));
        if (curve != null) folder.keep(curve);
        return curve;
    }

    private Parameters start(String name, MetaTrainings.@Nullable Predictor predictor, TargetNetwork target) {
        return predictor == null
                ? target.initialized(device, Initialization.parse(name), random().split(name))
                : predicted(predictor.logah(), target);
    }

    /**
     * The predicted parameters, which outlive the tape. They are computed as in meta-training; in pieces they would differ by a
     * millionth. A layer of other classes than the hypernetwork's starts anew.
     */
    private Parameters predicted(GhnFile.Loaded logah, TargetNetwork target) {
        TargetNetwork known = config.unseen().network(config.sampler(), format(data.meta()));
        Parameters prediction;
        try (Tape tape = Tape.inference(device)) {
            prediction = logah.network().predict(new Functions(tape), logah.parameters(), known, random())
                    .copyTo(device);
        }
        if (known.describe().equals(target.describe())) return prediction;
        if (!known.withClasses(target.classes()).describe().equals(target.describe()))
            throw new TensorException("what is predicted is " + known.describe() + ", the target " + target.describe()
                    + "; they may differ in the number of classes alone");
        Set<String> classes = TargetFile.classParameters(target);
        Map<String, Tensor> start = new LinkedHashMap<>();
        Parameters fresh = target.initialized(device, Initialization.KAIMING, random().split("head"));
        for (ParameterSpec spec : target.parameters()) {
            Parameters from = classes.contains(spec.name()) ? fresh : prediction;
            start.put(spec.name(), from.get(spec.name()).value());
        }
        return Parameters.trainable(start);
    }
}
