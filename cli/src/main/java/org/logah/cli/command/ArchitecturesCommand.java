package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.InterruptionNotice;
import org.logah.cli.terminal.Progress;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.architectures.ArchitectureFile;
import org.logah.training.architectures.ParameterCounts;
import org.logah.training.meta.ArchitectureSet;
import org.logah.training.meta.DistinctGraphs;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws a set of architectures into a file, and shows how large they are. */
@Command(name = "architectures", mixinStandardHelpOptions = true, description = {
        "Draws a set of architectures into a file for train-ghn --set.", "",
        "A line for each, as JSON, and beside it a histogram of their numbers of parameters as SVG.", ""})
public final class ArchitecturesCommand implements Callable<Integer> {
    private static final String SUFFIX = ".jsonl";
    private static final String TITLE = "Parameters of ";
    private static final int CHANNELS = 3;
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SET", description = "A set by name, with or without -1k, or a file of ranges that ends in .json.")
    private String set = "";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The list to write; its name ends in .jsonl.")
    private Path out = Path.of("");

    @Option(names = "--count", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = ""
            + ArchitectureSampler.THOUSAND, description = "Architectures (default ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", defaultValue = "1", description = "Seed of the draws (default 1).")
    private long seed;

    @Option(names = "--distinct", description = "Take only architectures that a hypernetwork can tell apart; heads of attention it cannot.")
    private boolean distinct;

    @Option(names = "--vocabulary", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "50257", description = "Tokens of language models (default 50257, GPT-2's; 256 for bytes).")
    private int vocabulary;

    @Option(names = "--positions", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "1024", description = "Longest sequence of language models (default 1024).")
    private int positions;

    @Option(names = "--image", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "32", description = "Side of the images in pixels (default 32).")
    private int image;

    @Option(names = "--classes", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "10", description = "Classes of the images (default 10).")
    private int classes;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah architectures gpts-1k --out gpts.jsonl",
                "logah train-ghn --set gpts.jsonl --out ghn.safetensors");
        HelpTable.add(command, "Sets of architectures", TrainGhnCommand::rows);
    }

    @Override
    public Integer call() throws IOException {
        String name = out.toString();
        if (!name.endsWith(SUFFIX))
            throw new TensorException("--out " + name + ": the name of a list of architectures ends in " + SUFFIX);
        Path picture = Path.of(name.substring(0, name.length() - SUFFIX.length()) + ".svg");
        @Nullable
        Path ranges = ArchitectureFile.isFile(set) ? Path.of(set) : null;
        OutputFile.check("--out", out, Collections.singletonMap("SET", ranges));
        ReplacedFile.requireWritable(picture);
        requireOwn(picture);
        ArchitectureSet drawn = drawn(ranges);
        List<TargetNetwork> networks = new ArrayList<>();
        DistinctGraphs graphs = new DistinctGraphs();
        Progress progress = new Progress(spec.commandLine().getErr(), "drawing", "architectures", Progress.PATIENCE);
        try (InterruptionNotice _ = new InterruptionNotice(spec.commandLine().getErr(),
                () -> "interrupted; " + out + " was not written")) {
            for (int i = 0; i < count; i++) {
                TargetNetwork next = drawn.architecture(i);
                if (!networks.contains(next)) graphs.add(next);
                networks.add(next);
                progress.update(i + 1, count, i + 1, List.of());
            }
            progress.finish(count, List.of());
            ArchitectureFile.write(out, networks);
            ParameterCounts counts = new ParameterCounts(networks);
            TextFile.write(picture, counts.svg(TITLE + count + " architectures of " + drawn.name()));
            report(counts, graphs.count(), picture);
        }
        return 0;
    }

    /** A list may be drawn anew, with its picture, whose name nobody typed; other files of these names are somebody's. */
    private void requireOwn(Path picture) throws IOException {
        if (Files.exists(out) && !ArchitectureFile.isList(out))
            throw new FileFormatException(out,
                    "is there already, and is no list of architectures; move it away, or choose another --out");
        if (Files.exists(picture) && !isPicture(picture))
            throw new FileFormatException(picture, "is there already, where the picture of " + out
                    + " would go; move it away, or choose another --out");
    }

    private static boolean isPicture(Path file) throws IOException {
        try {
            return Utf8.read(file).contains(TITLE);
        } catch (FileFormatException e) {
            return false;
        }
    }

    private ArchitectureSet drawn(@Nullable Path ranges) throws IOException {
        // The stream that train-ghn draws its sets of a given size from.
        RandomStream random = new RandomStream(seed).split("meta");
        ArchitectureSet all;
        if (ranges == null) {
            ArchitectureSampler sampler = ModelCatalog.sampler(set);
            all = new ArchitectureSet(sampler, format(sampler.dataKind()), random);
        } else {
            ArchitectureFile file = ArchitectureFile.read(ranges);
            all = file.set(format(file.dataKind()), random);
        }
        return distinct ? all.distinct(count) : all.sized(count);
    }

    private DataFormat format(DataKind kind) {
        for (String option : kind == DataKind.TOKENS
                ? List.of("--image", "--classes")
                : List.of("--vocabulary", "--positions")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option))
                throw new TensorException(option + ": the networks of " + set + " read " + kind.unit()
                        + " and have none; leave it out");
        }
        return switch (kind) {
            case TOKENS -> new DataFormat.Tokens(vocabulary, positions);
            case IMAGES -> new DataFormat.Images(CHANNELS, image, classes);
        };
    }

    private void report(ParameterCounts counts, int graphs, Path picture) {
        spec.commandLine().getOut().print(counts.text());
        spec.commandLine().getOut().printf(Locale.ROOT, "%,d architectures, %s parameters; %,d different graphs%n",
                count,
                counts.summary(), graphs);
        spec.commandLine().getOut().printf(Locale.ROOT, "%s, %s%n", out, picture);
    }
}
