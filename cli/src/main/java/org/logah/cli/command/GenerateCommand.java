package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.TargetNetwork;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.LanguageModel;
import org.logah.models.text.TextGenerator;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.weights.TargetFile;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Continues a text with a language model. */
@Command(name = "generate", mixinStandardHelpOptions = true, description = {
        "Continues a text, token by token, with weights from train or predict.", ""})
public final class GenerateCommand implements Callable<Integer> {
    /** What Java makes of bytes that are no characters of the system's locale. */
    private static final char UNREAD = '\ufffd';
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();

    @Option(names = "--model", paramLabel = "NAME", description = "The model whose weights they are, where the file does not say.")
    private @Nullable String model;

    @Option(names = "--weights", required = true, paramLabel = "FILE", description = "The weights: a safetensors file or one of torch.save's, the index of several, or a folder with one of these.")
    private Path weights = Path.of("");

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Where to start (default 'The', and a space where tokens are bytes).")
    private @Nullable String prompt;

    @Option(names = "--tokenizer", paramLabel = "NAME", completionCandidates = TokenizerOption.Names.class, description = "Whose tokens the model reads: ${COMPLETION-CANDIDATES}; by default the one that the file names, else the one with the model's vocabulary.")
    private @Nullable String tokenizer;

    @Option(names = "--tokens", converter = OptionBounds.CountOrNone.class, paramLabel = "N", defaultValue = "200", description = "How many tokens to add at most (default 200).")
    private int count;

    @Option(names = "--temperature", converter = OptionBounds.NotNegative.class, paramLabel = "T", defaultValue = "0.8", description = "0 takes the likeliest each time (default 0.8).")
    private double temperature;

    @Option(names = "--top-k", converter = OptionBounds.CountOrNone.class, paramLabel = "K", defaultValue = "40", description = "Draw among this many likeliest; 0 among all (default 40).")
    private int topK;

    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", defaultValue = "1", description = "Seed (default 1).")
    private long seed;

    @Option(names = "--bf16", description = "Round the weights to BF16: half the memory to keep and to read.")
    private boolean half;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah generate --weights trained.safetensors \\", "  --prompt 'The old '");
    }

    private Tokenizer tokenizer(int vocabulary) throws IOException {
        Tokenizer said = tokenizer != null ? Tokenizers.named(tokenizer) : TargetFile.tokenizer(weights);
        Tokenizer found = said != null ? said : Tokenizers.ofVocabulary(vocabulary);
        found.requireFit(vocabulary);
        return found;
    }

    @Override
    public Integer call() throws IOException {
        TargetNetwork network = TargetFile.network(weights, model);
        if (!(network instanceof LanguageModel language))
            throw new FileFormatException(weights, "holds weights of " + network.describe()
                    + ", which is no language model; generate with a GPT or a Llama");
        Tokenizer reader = tokenizer(language.classes());
        if (prompt != null && prompt.indexOf(UNREAD) >= 0)
            throw new TensorException(
                    "--prompt has U+FFFD, which stands for bytes that were not read; write it in UTF-8, with LC_ALL=C.UTF-8 "
                            + "where the system's own locale is another");
        int[] tokens = reader.encode(prompt != null ? prompt : reader instanceof ByteTokenizer ? "The " : "The");
        try (Device device = devices.open()) {
            if (half && !device.isHost()) throw new TensorException("--bf16 is for the CPU; leave out --device");
            memory.require("generating with " + (model == null ? network.describe() : model),
                    MemoryEstimate.ofGeneration(language, tokens.length, count, half), device);
            Parameters read = TargetFile.read(weights, network, device);
            TextGenerator generator = new TextGenerator(language, half ? TextGenerator.halved(read) : read, device);
            int[] more = generator.generate(tokens, count, new TextGenerator.Sampling(temperature, topK),
                    new RandomStream(seed), _ -> {});
            int[] all = IntStream.concat(IntStream.of(tokens), IntStream.of(more)).toArray();
            spec.commandLine().getOut().println(reader.decode(all));
            if (more.length < count)
                spec.commandLine().getErr().printf(Locale.ROOT, "It ends there: the model has %d positions.%n",
                        language.config().positions());
            devices.report(device, spec);
        }
        return 0;
    }
}
