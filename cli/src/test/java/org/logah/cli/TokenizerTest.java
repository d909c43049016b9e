package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.io.SafetensorsReader;

/** Texts as tokens, from the command that makes them to the one that writes text again. */
class TokenizerTest extends CommandLineTest {
    private static final String GPT = "gpt2:layers=1,heads=2,width=8,vocabulary=50257,positions=16";
    private static final String[] TRAIN = {"train", "--data", "@/text.txt", "--tokenizer", "gpt2", "--steps", "1",
            "--batch", "1", "--context", "8"};

    private String header(String file, String key) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(folder.resolve(file))) {
            return String.valueOf(in.metadata(key));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).filter(n -> !n.equals("out.txt") && !n.equals("err.txt"))
                    .sorted().toList();
        }
    }

    @Test
    void aModelWritesWithTheTokensItWasTrainedOn() throws IOException {
        text();
        Outcome first = works(with(TRAIN, "--model", GPT, "--out", "@/o.safetensors"));
        assertTrue(first.err().contains("text.txt.gpt2.tokens: 801 tokens"), first.err());
        assertEquals("gpt2", header("o.safetensors", "tokenizer"));
        Outcome second = works(with(TRAIN, "--model", GPT, "--out", "@/p.safetensors"));
        assertFalse(second.err().contains("tokens:"), second.err());
        assertEquals(-1, Files.mismatch(folder.resolve("o.safetensors"), folder.resolve("p.safetensors")));
        String[] generate = {"generate", "--weights", "@/o.safetensors", "--tokens", "5", "--prompt", "The old house"};
        assertTrue(works(generate).out().startsWith("The old house"));
        assertEquals(works(generate).out(), works(with(generate, "--tokenizer", "gpt2")).out());
        assertTrue(works("generate", "--weights", "@/o.safetensors", "--tokens", "2").out().startsWith("The"));
        String[] bytes = TRAIN.clone();
        bytes[4] = "bytes";
        fails(1, "is of a run with another data", with(bytes, "--model", GPT, "--out", "@/o.safetensors", "--resume"));
    }

    /**
     * A vocabulary that nobody could guess a tokenizer from: best weights, last weights, an exported folder and what is
     * imported all say it.
     */
    @Test
    void weightsAloneSayWhoseTokensTheyAre() throws IOException {
        text();
        works(with(TRAIN, "--model", GPT.replace("50257", "50304"), "--best", "--out-weights", "@/w.safetensors",
                "--out", "@/o.safetensors"));
        works("export", "@/o.safetensors", "--out", "@/dir/");
        works("import", "@/o.safetensors", "--out", "@/i.safetensors");
        works("import", "@/dir", "--out", "@/j.safetensors");
        for (String weights : List.of("o.safetensors", "o.best.safetensors", "w.safetensors", "dir", "i.safetensors",
                "j.safetensors"))
            assertTrue(works("generate", "--weights", "@/" + weights, "--tokens", "2", "--prompt", "The old").out()
                    .startsWith("The old"), weights);
    }

    @Test
    void bytesAreWhatTextsAreWithoutAWord() throws IOException {
        text();
        String[] train = {"train", "--model", TINY_GPT, "--data", "@/text.txt", "--steps", "2", "--batch", "1"};
        works(with(train, "--out", "@/a.safetensors"));
        works(with(train, "--tokenizer", "bytes", "--out", "@/b.safetensors"));
        assertEquals(-1, Files.mismatch(folder.resolve("a.safetensors"), folder.resolve("b.safetensors")));
        assertEquals("bytes", header("a.safetensors", "tokenizer"));
        assertEquals(List.of("a.safetensors", "b.safetensors", "text.txt"), files());
    }

    /** Predictions do not know what they will be trained on; their vocabulary says it. */
    @Test
    void theVocabularySaysWhoseTokensTheyAreWhereTheFileDoesNot() {
        works("predict", "--model", GPT, "--variant", "mini", "--out", "@/p.safetensors");
        works("generate", "--weights", "@/p.safetensors", "--tokens", "3");
        works("predict", "--model", GPT.replace("50257", "100"), "--variant", "mini", "--out", "@/q.safetensors");
        fails(1, "a vocabulary of 100 does not say which tokenizer made the tokens; add --tokenizer: ", "generate",
                "--weights", "@/q.safetensors");
        fails(1, "a vocabulary of 100 cannot hold the 256 tokens of the tokenizer 'bytes'", "generate", "--weights",
                "@/q.safetensors", "--tokenizer", "bytes");
        works("predict", "--model", GPT.replace("50257", "300"), "--variant", "mini", "--out", "@/r.safetensors");
        works("generate", "--weights", "@/r.safetensors", "--tokens", "3", "--tokenizer", "bytes");
    }

    @Test
    void hypernetworksLearnFromTokens() throws IOException {
        text();
        Outcome o = works("train-ghn", "--data", "@/text.txt", "--tokenizer", "gpt2", "--steps", "1", "--batch", "1",
                "--meta-batch", "1", "--context", "8", "--out", "@/g.safetensors");
        assertTrue(o.err().contains("text.txt.gpt2.tokens: 801 tokens"), o.err());
        works("predict", "--model", GPT, "--ghn", "@/g.safetensors", "--out", "@/p.safetensors");
    }

    @Test
    void theDemoReadsTheBook() throws IOException {
        String[] demo = {"demo", "--meta-steps", "1", "--train-steps", "1", "--starts", "random", "--batch", "1",
                "--layers", "1", "--width", "8", "--data", "book"};
        assertTrue(works(with(demo, "--out", "@/bytes")).out().contains("nats per byte"));
        Outcome tokens = works(with(demo, "--tokenizer", "gpt2", "--out", "@/tokens"));
        assertTrue(tokens.out().contains("Data: book.") && tokens.out().contains("nats per token"), tokens.out());
        fails(1, "is of another experiment", with(demo, "--tokenizer", "gpt2", "--out", "@/bytes"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "tokenizer 'words': there are | train --model GPT --tokenizer words --out @/x",
            "a vocabulary of 256 cannot hold the 50257 tokens of the data; use vocabulary=50257 | train --model BYTES --data @/text.txt --tokenizer gpt2 --out @/x",
            "the data set 'shapes' has no text for the tokenizer 'gpt2'; leave out --tokenizer | train-ghn --set small-vits --tokenizer gpt2 --out @/x",
            "tokenizer 'words': there are | generate --weights @/x --model GPT --tokenizer words"})
    void mistakesGetOneLine(String message, String command) throws IOException {
        text();
        fails(1, message, command.replace("GPT", GPT).replace("BYTES", TINY_GPT).split(" "));
        assertEquals(List.of("text.txt"), files());
    }

    /** A text that takes long: a word of some million letters. */
    @Test
    void anInterruptionLeavesNothing() throws Exception {
        Files.writeString(folder.resolve("text.txt"), "abcdefghij".repeat(1 << 20));
        Process process = start(with(TRAIN, "--model", GPT, "--out", "@/o.safetensors"));
        try {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (files().stream().noneMatch(n -> n.startsWith("text.txt.gpt2.tokens.part-"))) {
                assertTrue(process.isAlive() && System.nanoTime() < end, () -> read(folder.resolve("err.txt")));
                Thread.sleep(5);
            }
            Thread.sleep(500); // the file is there before it is asked for; now its content is being made
            end(process, "INT");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(130, process.exitValue(), read(folder.resolve("err.txt")));
        assertEquals(List.of("text.txt"), files());
        assertTrue(read(folder.resolve("err.txt")).contains("logah: interrupted; nothing is left of the tokens of "),
                read(folder.resolve("err.txt")));
    }
}
