package org.logah.cli;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sizes that nothing can have are refused in one line at once, whichever option or model they are from. */
@Timeout(60)
class SizesTest extends CommandLineTest {
    private static final String GPT = "gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=64";

    @Test
    void sizesThatNothingCanHave() {
        Path out = folder.resolve("out.safetensors");
        String file = out.toString();
        fails(1, "gpt2: layers 100000 is too large; it may be 1 to 4096", "graph", "--model", "gpt2:layers=100000",
                "--out",
                folder.resolve("g.json").toString());
        fails(1, "llama: layers 10000000 is too large", "predict", "--model", "llama:layers=10000000", "--out", file);
        fails(1, "a graph of 53253 nodes", "predict", "--model", "gpt2:layers=4096,width=16,heads=2", "--out", file);
        fails(1, "a mini-batch of 40000000 sequences of 64 tokens has 2560000000 tokens", "train", "--model", GPT,
                "--batch", "40000000", "--out", file);
        fails(1, "a mini-batch of 40000000 sequences of 64 tokens has 2560000000 tokens", "train-ghn", "--batch",
                "40000000", "--out", file);
        fails(1, "meta-training on 4 architectures a step needs", "train-ghn", "--batch", "30000000", "--out", file);
        fails(1, "a mini-batch of 40000000 images of 3 x 24 x 24", "train-ghn", "--set", "small-vits", "--data",
                "shapes", "--batch",
                "40000000", "--out", file);
        fails(1, "windows of 2147483647 and one more", "train-ghn", "--context", "2147483647", "--out", file);
    }
}
