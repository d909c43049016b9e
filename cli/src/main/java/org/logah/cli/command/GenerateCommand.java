package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.text.LanguageModel;
import org.logah.models.text.TextGenerator;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Continues a text with a byte-level language model. */
@Command(name = "generate", mixinStandardHelpOptions = true, description = {
        "Continues a text, byte by byte, with weights from train or predict.", "",
        "  logah generate --model gpt2:layers=6,... --weights trained.safetensors --prompt 'The old '", ""})
public final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final ModelOption model = new ModelOption();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();

    @Option(names = "--weights", required = true, paramLabel = "FILE", description = "Its weights: a safetensors file, or the index of several.")
    private Path weights = Path.of("");

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "The ", description = "Where to start (default 'The ').")
    private String prompt = "The ";

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "200", description = "How many bytes to add at most (default 200).")
    private int count;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0.8", description = "0 takes the likeliest each time (default 0.8).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "40", description = "Draw among this many likeliest; 0 among all (default 40).")
    private int topK;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed (default 1).")
    private long seed;

    @Option(names = "--bf16", description = "Round the weights to BF16: half the memory to keep and to read.")
    private boolean half;

    @Override
    public Integer call() throws IOException {
        if (!(model.network() instanceof LanguageModel language))
            throw new TensorException("'" + model.name() + "' is no language model");
        byte[] bytes = prompt.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < tokens.length; i++) tokens[i] = bytes[i] & 0xff;
        PrintWriter out = spec.commandLine().getOut();
        try (Device device = devices.open()) {
            if (half && !device.isHost()) throw new TensorException("--bf16 is for the CPU; leave out --device");
            Parameters read = Named.read(weights, language, device);
            TextGenerator generator = new TextGenerator(language, half ? TextGenerator.halved(read) : read, device);
            int[] more = generator.generate(tokens, count, new TextGenerator.Sampling(temperature, topK),
                    new RandomStream(seed), _ -> {});
            byte[] all = new byte[tokens.length + more.length];
            System.arraycopy(bytes, 0, all, 0, bytes.length);
            for (int i = 0; i < more.length; i++) all[bytes.length + i] = (byte) more[i];
            out.println(new String(all, StandardCharsets.UTF_8));
            devices.report(device, spec);
        }
        return 0;
    }
}
