package org.logah.training.experiment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.models.DataFormat;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.prediction.GhnConfigs;
import org.logah.training.run.Checkpoints;
import org.logah.training.run.DiskNeed;
import org.logah.training.run.DivergedException;
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
    private volatile boolean stopRequested;
    private volatile @Nullable TrainingRun running;

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
        target(); // sizes that cannot be are refused before anything is trained
    }

    /** {@return the larger network that the hypernetworks never see in training} */
    public TargetNetwork target() {
        return config.unseen().network(config.sampler(), format(data.target()));
    }

    private DataFormat format(DataSplits of) { return of.format(config.meta().context()); }

    private RandomStream random() { return new RandomStream(config.meta().seed()); }

    private MetaTask task() {
        return ArchitectureSetTask.of(config.sampler(), data.meta(), config.meta().batch(),
                config.meta().context(), random().split("meta"));
    }

    private GhnConfig hyper(String variant) {
        return GhnConfigs.of(NamedVariant.parse(variant), null, format(data.meta()));
    }

    /** {@return how much memory each meta-training and the target's training will take, one after the other} */
    public List<MemoryEstimate> memory() {
        List<MemoryEstimate> all = new ArrayList<>();
        for (String v : config.variants())
            all.add(MemoryEstimate.ofMetaTraining(new HyperNetwork(hyper(v)), task(),
                    config.meta().trainer(), device.threads()));
        all.add(MemoryEstimate.ofTraining(target(), config.meta().batch(), config.meta().context()));
        return all;
    }

    /** {@return the files that the meta-trainings write, none where none are kept: a program that runs this one claims them} */
    public List<Path> hypernetworks() {
        return config.variants().stream().map(this::state).filter(Objects::nonNull).toList();
    }

    private @Nullable Path state(String variant) { return folder.hypernetwork(variant, config.meta().seed()); }

    /**
     * Adds what the meta-trainings will save that are not done; what else is kept is small.
     *
     * @param disk what is saved, with other comparisons beside this one
     * @throws IOException if the folder cannot be listed
     */
    public void addTo(DiskNeed disk) throws IOException {
        for (String v : config.variants()) {
            Path state = state(v);
            if (state != null && !isDone(state))
                disk.add(state, new HyperNetwork(hyper(v)).parameterCount(), false, Checkpoints.NONE);
        }
    }

    /** What is no state is refused where it would be gone on from. */
    private boolean isDone(Path state) throws IOException {
        if (config.meta().steps() == 0) return true;
        if (!Files.exists(state)) return false;
        try (SafetensorsReader in = SafetensorsReader.open(state)) {
            return TrainingState.step(in) >= config.meta().steps();
        } catch (FileFormatException e) {
            return false;
        }
    }

    /**
     * Notes in the folder what it is for, before any work; {@link #run} and {@link #parameters} do it, too.
     *
     * @throws FileFormatException if it is of another experiment
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
        MetaTrained meta = metaTrained(count);
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
        MetaTrained meta = metaTrained(config.variants().size());
        if (meta == null) return null;
        Map<String, Parameters> all = new LinkedHashMap<>();
        for (String name : config.starts()) all.put(name, start(name, meta.hypernetworks().get(name), target()));
        return all;
    }

    /** A hypernetwork that has been meta-trained, and the digest of its weights. */
    private record Predictor(GhnFile.Loaded logah, String digest) {
        Predictor(GhnFile.Loaded logah) { this(logah, StartComparison.digest(logah.parameters())); }
    }

    /** The hypernetworks by variant, and how long they took, 0 where not all were trained from their first step. */
    private record MetaTrained(Map<String, Predictor> hypernetworks, double seconds) {}

    private @Nullable MetaTrained metaTrained(int stages) throws IOException {
        requireFolder();
        long start = System.nanoTime();
        Map<String, Predictor> hypers = new LinkedHashMap<>();
        boolean whole = !config.variants().isEmpty();
        Map<String, String> about = metaAbout(); // whose digest reads all of the data
        int number = 0;
        for (String variant : config.variants()) {
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(hyper(variant), random(), device);
            whole &= metaTrain(new Stage(++number, stages), variant, about, logah);
            if (stopRequested) return null;
            hypers.put(variant, new Predictor(logah));
        }
        return new MetaTrained(hypers, whole ? (System.nanoTime() - start) / 1e9 : 0);
    }

    /**
     * Asks the experiment to end as {@link TrainingRun#stop} does. Hypernetworks and finished starts are in the folder then; a start
     * whose training was under way begins anew the next time. Any thread may ask.
     */
    public void stop() {
        stopRequested = true;
        TrainingRun run = running;
        if (run != null) run.stop();
    }

    private TrainingRun.Outcome run(TrainingRun run) throws IOException {
        running = run;
        if (stopRequested) run.stop();
        try {
            return run.run();
        } finally {
            running = null; // what it trained is nobody's while the next training is made
        }
    }

    /**
     * What a meta-training is of, so that a hypernetwork that somebody put into the folder is not taken for another's. Files of earlier
     * versions do not say it, and are believed.
     */
    private Map<String, String> metaAbout() {
        MetaTrainer.Config how = config.meta().trainer();
        Map<String, String> about = new LinkedHashMap<>();
        about.put("set", config.set());
        about.put("data", data.meta().digest());
        about.putAll(config.meta().about(how.clip(), how.weightDecay()));
        return about;
    }

    /** {@return whether it was done from its first step} */
    private boolean metaTrain(Stage stage, String variant, Map<String, String> about, GhnFile.Loaded logah)
            throws IOException {
        MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), task(), config.meta().trainer(),
                device);
        TrainingRun.Config plain = TrainingRun.Config.of(config.meta().steps()).withKernels(device)
                .withAbout(about);
        Path state = state(variant);
        TrainingRun run = new TrainingRun(trainer, state == null ? plain : plain.withFile(state),
                listener.metaTraining(stage, variant));
        try {
            run.resume();
        } catch (FileFormatException e) {
            throw new FileFormatException(Objects.requireNonNull(state),
                    "cannot be gone on from; move it away, and it is made anew (" + e.getMessage() + ")", e);
        }
        boolean fresh = trainer.position() == 0;
        if (trainer.position() < config.meta().steps()) run(run);
        return fresh;
    }

    /** The curve of one start, on the batches that all starts get. */
    private @Nullable Curve curve(Stage stage, String name, double rate, @Nullable Predictor predictor)
            throws IOException {
        String digest = predictor == null ? "" : predictor.digest();
        Curve known = folder.curve(config.meta().seed(), name, rate, digest);
        if (known != null) return known;
        TargetNetwork target = target();
        Curve curve = new StartTraining(config, data.target(), device, listener, this::run).train(stage, name, rate,
                digest, target, start(name, predictor, target));
        if (curve != null) folder.keep(curve);
        return curve;
    }

    private static String digest(Parameters parameters) {
        MessageDigest digest = Digests.sha256();
        for (Variable v : parameters.all()) {
            float[] numbers = v.value().toFloats();
            ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
            bytes.asFloatBuffer().put(numbers);
            digest.update(bytes);
        }
        return Digests.hexadecimal(digest);
    }

    private Parameters start(String name, @Nullable Predictor predictor, TargetNetwork target) {
        return predictor == null
                ? target.initialized(device, Initialization.parse(name), random().split(name))
                : predicted(predictor.logah(), target);
    }

    /**
     * The prediction, computed as in meta-training (in pieces it would be another by a millionth), in parameters that outlive its tape;
     * a layer of other classes than the hypernetwork's starts anew.
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
