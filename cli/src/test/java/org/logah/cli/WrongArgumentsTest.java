package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.logah.engine.random.RandomStream;

/** Whatever is typed, there is an answer in words: no stack trace, no endless work, and a code that is not 0 where nothing was done. */
class WrongArgumentsTest extends CommandLineTest {
    private static final int TRIES = 400;
    private static final List<String> ODD = List.of("", " ", "-1", "0", "1", "2147483647", "2147483648", "NaN",
            "Infinity",
            "1e999", "-0.5", "@", "@/none", "@/none/none", "@/dir", "@/text.txt", "@/short.txt", "@/noise.safetensors",
            "@/cut.safetensors", "@/good.safetensors", "@/noise.safetensors.index.json", "/dev/null", "gpt2:layers=0",
            "gpt2:layers=2,layers=3", "gpt2:width=-4", "llama:heads=3", "vit:image=7", "gpt2:", "gpt2:x=1", ":", "=",
            ",",
            "1,1", "1,,2", "tiny", "cosine-mini", "grammar", "shapes", "small-vits", "tornado:9", "f16", "bf16",
            "plain",
            "\u00fcml\u00e4ut", "a\nb", "x".repeat(5000), "512M", "1K", "-5G", "--", "-", "--help=3", TINY_GPT);
    /** Options of each command; those that are needed come first. */
    private static final Map<String, List<String>> COMMANDS = Map.of("predict",
            List.of("--model", "--out", "--ghn", "--variant", "--encoder", "--scaling", "--dtype", "--shards", "--seed",
                    "--threads", "--kernels", "--device", "--precision"),
            "train",
            List.of("--model", "--out", "--data", "--init", "--lr", "--warmup", "--accumulate", "--eval-every",
                    "--batch",
                    "--context", "--metrics", "--seed", "--save-every"),
            "train-ghn",
            List.of("--out", "--set", "--data", "--variant", "--encoder", "--meta-batch", "--lr", "--penalty",
                    "--batch",
                    "--context", "--metrics"),
            "generate",
            List.of("--weights", "--model", "--prompt", "--tokens", "--temperature", "--top-k", "--seed", "--device"),
            "inspect", List.of("--model", "--threads", "--kernels"), "graph", List.of("--model", "--out"), "verify",
            List.of("--threads", "--kernels"), "demo",
            List.of("--out", "--data", "--set", "--variants", "--starts", "--layers", "--width", "--train-lr",
                    "--seed"),
            "import", List.of("--out", "--model"), "export", List.of("--out", "--model"));
    /** What keeps a command short that happens to be right. */
    private static final Map<String, List<String>> SHORT = Map.of("train",
            List.of("--steps", "1", "--max-memory", "200M"),
            "train-ghn", List.of("--steps", "1", "--max-memory", "200M"), "predict", List.of("--max-memory", "100M"),
            "demo",
            List.of("--meta-steps", "1", "--train-steps", "1", "--max-memory", "100M"));

    @Test
    void anythingGetsAnAnswerInWords() throws IOException {
        Files.createDirectory(folder.resolve("dir"));
        text();
        Files.writeString(folder.resolve("short.txt"), "short");
        works("predict", "--model", TINY_GPT, "--out", "@/good.safetensors");
        byte[] good = Files.readAllBytes(folder.resolve("good.safetensors"));
        RandomStream random = new RandomStream(17);
        byte[] noise = new byte[5000];
        for (int i = 0; i < noise.length; i++) noise[i] = (byte) random.nextInt(256);
        Files.write(folder.resolve("noise.safetensors"), noise);
        Files.write(folder.resolve("noise.safetensors.index.json"), noise);
        Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(good, good.length - 100));
        List<Path> beside = beside();
        List<String> names = COMMANDS.keySet().stream().sorted().toList();
        for (int i = 0; i < TRIES; i++) {
            String[] typed = typed(names.get(i % names.size()), random.split(i));
            String said = String.join(" ", typed);
            Outcome o = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> run(typed), said);
            assertFalse(o.err().contains("\tat ") || o.err().contains("Exception in"), () -> said + "\n" + o.err());
            assertTrue(o.code() >= 0 && o.code() <= 2, () -> said + "\n" + o.code());
            assertTrue(o.code() == 0 || o.err().lines().anyMatch(l -> l.startsWith("logah: ") && l.length() > 12),
                    () -> said + "\n" + o.err());
        }
        assertEquals(beside, beside(), "something was written beside the sources");
    }

    private static List<Path> beside() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(""))) {
            return all.sorted().toList();
        }
    }

    private static String[] typed(String command, RandomStream random) {
        List<String> typed = new ArrayList<>(List.of(command));
        List<String> options = COMMANDS.get(command);
        if (List.of("inspect", "verify", "import", "export").contains(command)) typed.add(odd(random));
        for (int i = 0; i < options.size(); i++) {
            boolean needed = i < 2;
            // The demo's own place is in the working folder.
            boolean always = command.equals("demo") && options.get(i).equals("--out");
            if (!always && random.nextInt(needed ? 8 : 6) != 0 != needed) continue;
            String option = options.get(i);
            boolean right = random.nextInt(2) == 0;
            typed.add(option);
            if (right && option.equals("--model")) typed.add(TINY_GPT);
            else if (right && option.equals("--out")) typed.add("@/new" + random.nextInt(1_000_000));
            else if (right && option.equals("--weights")) typed.add("@/good.safetensors");
            else if (option.equals("--out") || option.equals("--metrics")) typed.add(inFolder(odd(random)));
            else typed.add(odd(random));
        }
        typed.addAll(SHORT.getOrDefault(command, List.of()));
        return typed.toArray(String[]::new);
    }

    private static String inFolder(String file) {
        return file.isEmpty() || file.startsWith("@") || file.startsWith("/") ? file : "@/" + file;
    }

    private static String odd(RandomStream random) { return ODD.get(random.nextInt(ODD.size())); }
}
