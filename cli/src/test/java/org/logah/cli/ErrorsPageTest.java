package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

/** What is typed wrong, and what is said: docs/errors.md, made by typing all of it. */
class ErrorsPageTest extends CommandLineTest {
    private static final Path PAGE = Path.of("../docs/errors.md");
    /** What the page calls it. */
    private static final String SHORT = "GPT";

    private static final Map<String, List<String>> TYPED = typed();

    private static Map<String, List<String>> typed() {
        Map<String, List<String>> t = new LinkedHashMap<>();
        t.put("Words",
                List.of("predcit --model GPT", "train --model GPT", "predict --model GPT --out @/x --speed 3"));
        t.put("Numbers",
                List.of("train --model GPT --lr NaN --out @/x", "train --model GPT --lr 1e30 --out @/x",
                        "train --model GPT --steps 0 --out @/x", "train --model GPT --steps 1e3 --out @/x",
                        "train --model GPT --warmup -1 --out @/x", "train-ghn --meta-batch 0 --out @/x",
                        "train-ghn --penalty Infinity --out @/x",
                        "generate --weights @/o.safetensors --temperature NaN",
                        "demo --train-lr 1e-3,-1 --out @/x", "demo --seed 1,1 --out @/x",
                        "predict --model GPT --threads 100000 --out @/x",
                        "predict --model GPT --dtype int8 --out @/x",
                        "predict --model GPT --max-memory lots --out @/x"));
        t.put("Models",
                List.of("predict --model gpt3 --out @/x", "predict --model bert --out @/x",
                        "predict --model gpt2:layer=2 --out @/x",
                        "predict --model gpt2:layers=2,layers=3 --out @/x", "predict --model gpt2:heads=5 --out @/x",
                        "predict --model gpt2:tied=maybe --out @/x", "predict --model vit:image=30 --out @/x",
                        "predict --model GPT --variant giant --out @/x",
                        "predict --model GPT --variant mini+huge --out @/x",
                        "predict --model GPT --variant mini+nearby --encoder gatedgnn --out @/x",
                        "predict --model GPT --scaling none --out @/x",
                        "predict --model GPT --variant mini+std --scaling paper --out @/x",
                        "train-ghn --set gpt --out @/x", "train --model GPT --init magic --out @/x"));
        t.put("Files that are there already", List.of("train --model GPT --out @/o.safetensors",
                "train --model GPT --out @/x --metrics @/m.csv",
                "train --model GPT --out @/o.safetensors --resume --force",
                "predict --model GPT --ghn @/g.safetensors --out @/g.safetensors",
                "train --model GPT --data @/text.txt --out @/text.txt --force",
                "train --model GPT --out @/o.safetensors --metrics @/o.safetensors --force",
                "train --model GPT --init @/o.best.safetensors --out @/o.safetensors --best --force"));
        t.put("Places that cannot be written to", List.of("train --model GPT --out @/dir",
                "predict --model GPT --out /dev/null", "train --model GPT --out @/none/x",
                "demo --out @/text.txt", "demo --out @/text.txt/d"));
        t.put("Files of something else", List.of("predict --model GPT --ghn @/o.safetensors --out @/x",
                "predict --model GPT --ghn @/text.txt --out @/x",
                "predict --model GPT --ghn @/none --out @/x",
                "generate --weights @/o.safetensors --model gpt2:layers=1,heads=4,width=16,vocabulary=256,positions=32",
                "train --model GPT --out @/o.safetensors --resume --seed 2 --batch 2 --context 16",
                "train --model GPT --init @/g.safetensors --out @/x", "inspect @/cut.safetensors",
                "verify @/o.safetensors",
                "generate --weights @/g.safetensors", "generate --weights @/dir", "import @/text.txt --out @/x",
                "import @/command.pt --out @/x"));
        t.put("Data",
                List.of("train --model GPT --data @/none.txt --out @/x",
                        "train --model GPT --data gramar --out @/x", "train --model GPT --data @/dir --out @/x",
                        "train --model GPT --data @/tiny.txt --context 16 --out @/x",
                        "train --model GPT --context 64 --out @/x", "train --model vit --out @/x",
                        "train-ghn --set small-vits --context 8 --out @/x",
                        "train-ghn --set vits --data cifar --out @/x",
                        "train --model gpt2:vocabulary=100,layers=1 --out @/x"));
        t.put("Memory and devices", List.of("predict --model gpt2-medium --threads 1 --max-memory 10M --out @/x",
                "train --model gpt2-large --batch 64 --max-memory 1G --out @/x",
                "generate --weights @/o.safetensors --max-memory 10K", "train --model GPT --replay --out @/x",
                "predict --model GPT --precision bf16 --out @/x",
                "predict --model GPT --device tornado:0 --threads 2 --out @/x",
                "predict --model GPT --kernels fast --out @/x"));
        t.put("Clusters", List.of("train-ghn --cluster local[2] --out @/x", "train-ghn --ship-data --out @/x",
                "train-ghn --cluster local[2] --exchange f64 --out @/x",
                "train-ghn --cluster local[2] --device tornado:0 --out @/x"));
        return t;
    }

    /** {@code -Dlogah.write=true} on Maven's command line writes the page anew. */
    @Test
    void thePageSaysWhatIsSaid() throws IOException {
        Files.createDirectory(folder.resolve("dir"));
        text();
        Files.writeString(folder.resolve("tiny.txt"), "too short");
        works("train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "1", "--out",
                "@/o.safetensors",
                "--metrics", "@/m.csv");
        works("train-ghn", "--batch", "2", "--context", "16", "--meta-batch", "1", "--steps", "1", "--out",
                "@/g.safetensors");
        byte[] good = Files.readAllBytes(folder.resolve("o.safetensors"));
        Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(good, good.length - 1000));
        Files.copy(Path.of("../engine/core/src/test/resources/torch/command.pt"), folder.resolve("command.pt"));
        StringBuilder page = new StringBuilder(
                """
                        # What is said when something is wrong

                        One line that names the thing and the way out, and an exit code: 2 where the command line cannot be read, with a second
                        line, `Try: logah COMMAND --help`; 1 where what it says cannot be done. The page is made by a test that types all of it. `GPT` stands for
                        `%s`; `o.safetensors` is a training of it, `g.safetensors` a hypernetwork, `command.pt` a file
                        of `torch.save`'s that would run a program.
                        """
                        .formatted(TINY_GPT));
        for (Map.Entry<String, List<String>> topic : TYPED.entrySet()) {
            page.append("\n## ").append(topic.getKey()).append("\n\n| typed | said | code |\n|---|---|---|\n");
            for (String command : topic.getValue()) page.append(row(command));
        }
        if (Boolean.getBoolean("logah.write")) Files.writeString(PAGE, page);
        else assertEquals(Files.readString(PAGE), page.toString(), "to write it anew: mvn test -Dlogah.write=true");
    }

    private String row(String command) {
        Outcome o = run(
                Arrays.stream(command.split(" ")).map(a -> a.equals(SHORT) ? TINY_GPT : a).toArray(String[]::new));
        assertNotEquals(0, o.code(), command);
        List<String> lines = o.err().lines().filter(l -> !l.startsWith("Try: ")).toList();
        assertTrue(lines.size() == 1 && lines.getFirst().startsWith("logah: "), () -> command + "\n" + o.err());
        String said = lines.getFirst().substring("logah: ".length())
                .replace(folder + "/", "");
        return "| `" + command.replace("@/", "") + "` | " + said.replace("|", "\\|").replace("<", "&lt;") + " | "
                + o.code()
                + " |\n";
    }
}
