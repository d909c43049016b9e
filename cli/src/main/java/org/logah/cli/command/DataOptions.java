package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.TargetNetwork;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.LanguageModel;
import org.logah.models.vit.Vit;
import org.logah.training.MetaTrainingRecipe;
import org.logah.training.data.BatchSource;
import org.logah.training.data.ByteText;
import org.logah.training.data.CifarImages;
import org.logah.training.data.GrammarText;

import picocli.CommandLine.Option;

/** What to train on. */
final class DataOptions {
    private static final int GRAMMAR_LENGTH = 300_000;
    private static final long GRAMMAR_SEED = 7;

    @Option(names = "--data", paramLabel = "PATH", description = "A UTF-8 text, or a folder of CIFAR binaries. Without it language models read a text made by a small grammar.")
    private @Nullable Path path;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16", description = "Sequences or images per mini-batch (default 16).")
    private int batch;

    @Option(names = "--context", paramLabel = "N", description = "Bytes per sequence; at most the model's positions, 64 by default.")
    private @Nullable Integer context;

    record Split(BatchSource training, BatchSource validation) {}

    int batch() {
        if (batch < 1) throw new TensorException("--batch " + batch + " is less than 1");
        return batch;
    }

    /** Bytes per sequence for models that get as many positions. */
    int context() {
        int wanted = context == null ? MetaTrainingRecipe.CONTEXT : context;
        if (wanted < 1) throw new TensorException("--context " + wanted + " is less than 1");
        return wanted;
    }

    int context(TargetNetwork network) {
        if (!(network instanceof LanguageModel model)) return 0;
        int most = model.config().positions();
        int wanted = context == null ? Math.min(MetaTrainingRecipe.CONTEXT, most) : context;
        if (wanted < 1 || wanted > most)
            throw new TensorException("--context " + wanted + ": the model has " + most + " positions");
        return wanted;
    }

    /** The default text of the demo and of training without {@code --data}. */
    static ByteText grammar() {
        return new ByteText(GrammarText.generate(GRAMMAR_LENGTH, GRAMMAR_SEED));
    }

    /** Text for a language model, whose vocabulary must hold all bytes. */
    ByteText text() throws IOException {
        return path == null ? grammar() : ByteText.read(path);
    }

    @Nullable
    Path path() { return path; }

    Split open(TargetNetwork network, RandomStream random) throws IOException {
        if (network.isLanguageModel()) {
            ByteTokenizer.require(network.classes());
            ByteText text = text();
            int length = context(network);
            return new Split(text.training(batch, length, random.split("training")),
                    text.validation(batch, length, random.split("validation")));
        }
        if (path == null) throw new TensorException("--data is missing: a folder with CIFAR-10 or CIFAR-100 binaries");
        if (((Vit) network).config().image() != CifarImages.SIDE) {
            throw new TensorException("CIFAR images have a side of 32; use image=32,patch=4");
        }
        CifarImages training = CifarImages.read(path, true);
        CifarImages validation = CifarImages.read(path, false);
        if (network.classes() < training.classes()) {
            throw new TensorException(
                    "the data has " + training.classes() + " classes, the model " + network.classes());
        }
        return new Split(training.batches(batch, true, random.split("training")),
                validation.batches(batch, false, random.split("validation")));
    }
}
