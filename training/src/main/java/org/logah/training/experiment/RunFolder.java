package org.logah.training.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.OutputFolder;
import org.logah.engine.io.TextFile;
import org.logah.engine.part.RecordJson;
import org.logah.training.data.Digests;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** Keeps finished runs of one experiment, so that it can be resumed, with more seeds, starts or rates too. */
final class RunFolder {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    /** Key of the digest of a curve's training; files of earlier versions lack it and pass. */
    private static final String TRAINING = "training";
    private static final String AGAIN = "delete it, and it is made anew";
    private final @Nullable Path folder;
    private final @Nullable Path hypernetworks;
    /** Digest of the target's training settings, without hypernetworks; empty before {@link #require}. */
    private String training = "";

    RunFolder(StartComparison.Folders folders) {
        this.folder = folders.runs();
        this.hypernetworks = folders.hypernetworks();
    }

    /** Records the folder's experiment, or refuses the folder of another one. */
    void require(StartComparison.Data data, ComparisonConfig config) throws IOException {
        if (hypernetworks != null) OutputFolder.create(hypernetworks);
        if (folder == null) return;
        JsonObject what = new JsonObject();
        String digest = data.target().digest();
        what.addProperty("data", digest);
        what.addProperty("set", config.set());
        what.addProperty("batch", config.meta().batch());
        what.addProperty("context", config.meta().context());
        config.unseen().about().forEach((name, value) -> what.add(name, GSON.toJsonTree(value)));
        what.addProperty("trainSteps", config.trainSteps());
        training = Digests.sha256(what.toString());
        String seen = data.meta().equals(data.target()) ? digest : data.meta().digest();
        if (!seen.equals(digest)) what.addProperty("metaData", seen);
        what.addProperty("metaSteps", config.meta().steps());
        what.addProperty("metaBatch", config.meta().metaBatch());
        what.addProperty("metaRate", config.meta().rate());
        what.addProperty("penalty", config.meta().penalty());
        if (config.meta().epochSteps() > 0) what.addProperty("epochSteps", config.meta().epochSteps());
        Path file = folder.resolve(FolderPurpose.EXPERIMENT);
        Path runs = folder.resolve("runs");
        if (!Files.exists(file)) requireNothingOfAnother(file, runs);
        OutputFolder.create(folder);
        FolderPurpose.require(folder, FolderPurpose.EXPERIMENT, what);
        OutputFolder.create(runs);
        // One that cannot be read is found now, not after the meta-trainings.
        for (String start : config.starts()) {
            for (double rate : config.rates()) read(config.meta().seed(), start, rate);
        }
    }

    /** Without its experiment nobody can say what a run or a report is of. */
    private static void requireNothingOfAnother(Path experiment, Path runs) throws FileFormatException {
        if (Files.exists(runs))
            throw new FileFormatException(experiment,
                    "is missing, and " + runs + " has runs of some experiment; choose another "
                            + "folder, or delete all of this one");
        for (String name : StartReport.FILES) {
            Path report = experiment.resolveSibling(name);
            if (Files.exists(report))
                throw new FileFormatException(report,
                        "is there already, of no experiment in this folder; move it away, or choose another folder");
        }
    }

    /** Where a hypernetwork's training is kept, or null for nowhere. */
    @Nullable
    Path hypernetwork(String variant, long seed) {
        return hypernetworks == null ? null : hypernetworks.resolve("ghn-" + variant + "-" + seed + ".safetensors");
    }

    private static String name(long seed, String start, double rate) {
        return String.format(Locale.ROOT, "%s-%s-%d.json", start, rate, seed);
    }

    /**
     * The curve of a run; null if there is none, or another hypernetwork than the current one predicted it. Files of earlier
     * versions do not name theirs and are accepted.
     */
    @Nullable
    Curve curve(long seed, String start, double rate, String hypernetwork) throws IOException {
        Curve curve = read(seed, start, rate);
        return curve == null || curve.hypernetwork().isEmpty() || curve.hypernetwork().equals(hypernetwork)
                ? curve
                : null;
    }

    /** The curve that is there, of whichever hypernetwork. */
    private @Nullable Curve read(long seed, String start, double rate) throws IOException {
        if (folder == null) return null;
        Path file = folder.resolve("runs").resolve(name(seed, start, rate));
        if (!Files.exists(file)) return null;
        try {
            JsonObject said = FolderPurpose.read(file, AGAIN);
            // Files of the first versions have neither.
            if (!said.has("scores")) said.add("scores", new JsonArray());
            if (!said.has("hypernetwork")) said.addProperty("hypernetwork", "");
            JsonElement of = said.remove(TRAINING);
            if (of != null && !training.isEmpty() && !of.equals(new JsonPrimitive(training)))
                throw new FileFormatException(file, "is the curve of another experiment; " + AGAIN);
            Curve curve = RecordJson.read(Curve.class, said);
            // One that came to no number before its first step has no point.
            if ((curve.losses().isEmpty() && curve.finished()) || curve.steps().size() != curve.losses().size())
                throw new TensorException(curve.steps().size() + " 'steps' and " + curve.losses().size()
                        + " 'losses', not as many, at least one");
            if (curve.seed() == seed && curve.start().equals(start) && curve.rate() == rate) return curve;
        } catch (TensorException e) {
            throw new FileFormatException(file, "is no curve (" + e.getMessage() + "); " + AGAIN,
                    e);
        }
        throw new FileFormatException(file, "is the curve of another run; " + AGAIN);
    }

    void keep(Curve curve) throws IOException {
        if (folder == null) return;
        Path file = folder.resolve("runs").resolve(name(curve.seed(), curve.start(), curve.rate()));
        JsonObject json = GSON.toJsonTree(curve).getAsJsonObject();
        if (!training.isEmpty()) json.addProperty(TRAINING, training);
        try {
            TextFile.write(file, GSON.toJson(json) + "\n");
        } catch (FileFormatException e) {
            throw e.with("runs that were finished before are kept, and the same command goes on");
        }
    }
}
