package org.logah.engine.part;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNamesTest {
    private static final List<String> NAMES = List.of("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "llama-3-8b",
            "vit-tiny");

    @ParameterizedTest
    @CsvSource({"gpt3, gpt2", "gp2, gpt2", "gpt2-lage, gpt2-large", "gpt2-, gpt2 gpt2-xl gpt2-large",
            "llama-3, llama-3-8b", "LLAMA, ''", "bert, ''", "'', ''"})
    void whatIsLikeAWord(String word, String near) {
        assertEquals(near, String.join(" ", NearestNames.of(word, NAMES)));
        assertEquals(near.isEmpty() ? "" : "did you mean " + near.replace(" ", " or ") + "? ",
                NearestNames.question(word, NAMES));
    }
}
