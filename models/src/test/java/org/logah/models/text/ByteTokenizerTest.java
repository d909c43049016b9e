package org.logah.models.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.logah.engine.TensorException;

class ByteTokenizerTest {
    private final Tokenizer bytes = Tokenizers.named("bytes");

    @Test
    void tokensAreBytesOfUtf8() {
        assertArrayEquals(new int[]{'a', 0xc3, 0xa9, 0xe2, 0x82, 0xac}, bytes.encode("a\u00e9\u20ac"));
        for (String text : new String[]{"", "The ", "Stra\u00dfe, \u65e5\u672c", "\ud83d\ude00"})
            assertEquals(text, bytes.decode(bytes.encode(text)));
    }

    @Test
    void whatIsNoByteAndWhatIsNoUtf8ShowsAsSuch() {
        assertEquals("a\ufffdb", bytes.decode(new int[]{'a', 300, 'b'}));
        assertEquals("a\ufffdb", bytes.decode(new int[]{'a', -1, 'b'}));
        assertEquals("a\ufffdb", bytes.decode(new int[]{'a', 0xc3, 'b'}));
        assertArrayEquals(new int[]{'a', '?', 'b'}, bytes.encode("a\ud83db"));
    }

    @Test
    void aTextMayBeCutBetweenAnyTwoCharacters() {
        assertEquals(0, bytes.lastCut(""));
        assertEquals(2, bytes.lastCut("ab"));
        assertEquals(3, bytes.lastCut("a\ud83d\ude00"));
        assertEquals(1, bytes.lastCut("a\ud83d"));
    }

    @Test
    void aVocabularySaysWhoseTokensTheyAre() {
        assertEquals("bytes", Tokenizers.ofVocabulary(256).kind());
        String message = assertThrows(TensorException.class, () -> Tokenizers.ofVocabulary(100)).getMessage();
        assertTrue(message.startsWith("a vocabulary of 100 ") && message.contains("bytes (256)"), message);
        assertTrue(assertThrows(TensorException.class, () -> Tokenizers.named("words")).getMessage()
                .startsWith("tokenizer 'words': there "));
    }

    @Test
    void aModelMayKnowMoreTokensAndNotFewer() {
        bytes.requireFit(256);
        bytes.requireFit(300);
        assertEquals(
                "a vocabulary of 255 cannot hold the 256 tokens of the tokenizer 'bytes'; use a model with vocabulary=256",
                assertThrows(TensorException.class, () -> bytes.requireFit(255)).getMessage());
    }
}
