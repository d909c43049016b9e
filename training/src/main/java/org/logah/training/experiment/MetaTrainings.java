package org.logah.training.experiment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.prediction.GhnConfigs;
import org.logah.training.run.Checkpoints;
import org.logah.training.run.DiskNeed;
import org.logah.training.run.RunConfig;
import org.logah.training.run.StoppableRuns;
import org.logah.training.run.TrainingRun;

/** Meta-trains the hypernetworks of a comparison, one per variant, or resumes them from the folder. */
final class MetaTrainings {
    private final ComparisonConfig config;
    private final DataSplits data;
    private final Device device;
    private final StartComparison.Listener listener;
    private final RunFolder folder;
    private final StoppableRuns runs;

    /**
     * A hypernetwork that has been meta-trained.
     *
     * @param logah the hypernetwork
     * @param digest of its weights
     */
    record Predictor(GhnFile.Loaded logah, String digest) {}

    /**
     * What they came to.
     *
     * @param hypernetworks by variant
     * @param seconds how long they took; 0 where not all were trained from their first step
     */
    record Outcome(Map<String, Predictor> hypernetworks, double seconds) {}

    MetaTrainings(ComparisonConfig config, DataSplits data, Device device, StartComparison.Listener listener,
            RunFolder folder, StoppableRuns runs) {
        this.config = config;
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.folder = folder;
        this.runs = runs;
    }

    private RandomStream random() { return new RandomStream(config.meta().seed()); }

    private MetaTask task() {
        return ArchitectureSetTask.of(config.sampler(), data, config.meta().batch(), config.meta().context(),
                random().split("meta"));
    }

    private GhnConfig hyper(String variant) {
        return GhnConfigs.of(NamedVariant.parse(variant), null, data.format(config.meta().context()));
    }

    private @Nullable Path state(String variant) { return folder.hypernetwork(variant, config.meta().seed()); }

    List<MemoryEstimate> memory() {
        return config.variants().stream().map(v -> MemoryEstimate.ofMetaTraining(new HyperNetwork(hyper(v)), task(),
                config.meta().trainer(), device.threads())).toList();
    }

    /** Where they are kept, done ones too. */
    List<Path> files() {
        return config.variants().stream().map(this::state).filter(Objects::nonNull).toList();
    }

    /** Adds what will be saved. */
    void addTo(DiskNeed disk) throws IOException {
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
     * Does what the folder does not have yet.
     *
     * @param stages how many trainings the comparison has, these included
     * @return null where it was asked to stop before it had all
     */
    @Nullable
    Outcome run(int stages) throws IOException {
        long start = System.nanoTime();
        Map<String, Predictor> hypers = new LinkedHashMap<>();
        boolean whole = !config.variants().isEmpty();
        Map<String, String> about = about(); // whose digest reads all of the data
        int number = 0;
        for (String variant : config.variants()) {
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(hyper(variant), random(), device);
            whole &= train(new StartComparison.Stage(++number, stages), variant, about, logah);
            if (runs.isStopped()) return null;
            hypers.put(variant, new Predictor(logah, digest(logah.parameters())));
        }
        return new Outcome(hypers, whole ? (System.nanoTime() - start) / 1e9 : 0);
    }

    /**
     * The settings that identify a meta-training, so that another's hypernetwork in the folder is refused. Files of earlier
     * versions lack them and are accepted.
     */
    private Map<String, String> about() {
        MetaTrainer.Config how = config.meta().trainer();
        Map<String, String> about = new LinkedHashMap<>();
        about.put("set", config.set());
        about.put("data", data.digest());
        about.putAll(config.meta().about(how.clip(), how.weightDecay()));
        return about;
    }

    /** {@return whether it was done from its first step} */
    private boolean train(StartComparison.Stage stage, String variant, Map<String, String> about, GhnFile.Loaded logah)
            throws IOException {
        MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), task(), config.meta().trainer(),
                device);
        RunConfig plain = RunConfig.of(config.meta().steps()).withKernels(device).withAbout(about);
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
        if (trainer.position() < config.meta().steps()) runs.run(run);
        return fresh;
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
}
