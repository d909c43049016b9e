package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;
import org.logah.models.text.Tokenizer;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.cluster.DataChoice;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What to train on; help shows the data sets that are registered. */
final class DataOptions {
    @Option(names = "--data", paramLabel = "PATH", description = "A data set's file or folder, or the name of one that is built in. By default the one that is built in, if there is one for the model.")
    private @Nullable String data;

    @Option(names = "--batch", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = ""
            + MetaTrainingRecipe.BATCH, description = "Sequences or images per mini-batch (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--context", converter = OptionBounds.Count.class, paramLabel = "N", description = "Tokens per sequence; at most the model's positions, "
            + MetaTrainingRecipe.CONTEXT + " by default.")
    private @Nullable Integer context;

    @Mixin
    private final DataFormOptions form = new DataFormOptions();
    private CommandSpec spec = CommandSpec.create();
    private boolean remarked;

    @Spec(Spec.Target.MIXEE)
    void command(CommandSpec command) {
        spec = command;
        HelpTable.add(command, "Data sets", DataOptions::rows);
    }

    private static Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (DataSet set : DataSets.all())
            rows.put(set.kind() + " (" + set.dataKind().unit() + ")", set.source());
        return rows;
    }

    /** What one network is trained on and validated with, for any number of trainings. */
    record Split(DataSplits data, int batch, int length) {
        BatchSource training(RandomStream random) { return data.training(batch, length, random.split("training")); }

        BatchSource validation(RandomStream random) {
            return data.validation(batch, length, random.split("validation"));
        }

        int classes() { return data.format(length).classes(); }

        String digest() { return data.digest(); }

        /** Null for images. */
        @Nullable
        Tokenizer tokenizer() { return data.tokenizer(); }
    }

    /** The file or folder that was named, where it is one. */
    @Nullable
    Path path() { return DataSets.path(data); }

    int batch() { return batch; }

    /** Tokens per sequence for networks of a kind that take their length from the data. */
    int context(DataKind kind) {
        if (context != null && kind != DataKind.TOKENS)
            throw new TensorException("--context is for texts; " + kind.unit() + " have no length, leave it out");
        return context == null ? MetaTrainingRecipe.CONTEXT : context;
    }

    /** Tokens per sequence for one network. */
    int context(TargetNetwork network) {
        if (!(network.data() instanceof Tokens read)) return context(network.data().kind());
        int wanted = context == null ? Math.min(MetaTrainingRecipe.CONTEXT, read.length()) : context;
        if (wanted > read.length())
            throw new TensorException("--context " + wanted + ": the model has " + read.length() + " positions");
        return wanted;
    }

    /** The data set that was asked for, of the kind that networks read. */
    DataSplits open(DataKind kind) throws IOException {
        return form.open(kind, data, null, spec.commandLine().getErr());
    }

    /** How another process opens the same. */
    DataChoice choice(DataKind kind, DataSplits splits) {
        Tokenizer chosen = form.tokenizer();
        return new DataChoice(kind, DataSets.absolute(data), chosen == null ? "" : chosen.kind(), form.side(),
                splits.digest());
    }

    Split open(TargetNetwork network) throws IOException {
        int length = context(network);
        Tokenizer chosen = form.tokenizer();
        // Before tokens are made, which takes a while.
        if (chosen != null && network.data() instanceof Tokens read)
            read.requireFit(new Tokens(chosen.vocabulary(), length));
        Integer side = network.data() instanceof Images read ? read.side() : null;
        DataSplits splits = form.open(network.data().kind(), data, side, spec.commandLine().getErr());
        network.data().requireFit(splits.format(length));
        return new Split(splits, batch, length);
    }

    /**
     * Says once what the model has and the data has not: classes that no example has cost time and memory, and who said nothing of them
     * may not want them.
     *
     * @param classes of the data
     */
    void remark(TargetNetwork network, int classes) {
        if (remarked || network.classes() <= classes) return;
        remarked = true;
        boolean tokens = network.data().kind() == DataKind.TOKENS;
        spec.commandLine().getErr().printf(Locale.ROOT, "the model has %,d %s, the data %,d; %s=%d is enough%n",
                network.classes(), tokens ? "tokens" : "classes", classes, tokens ? "vocabulary" : "classes", classes);
    }
}
