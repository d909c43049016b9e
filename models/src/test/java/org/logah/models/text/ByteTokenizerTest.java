package org.logah.models.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.logah.engine.TensorException;

class ByteTokenizerTest {
    @Test
    void tokensAreBytesOfUtf8() {
        assertArrayEquals(new int[]{'a', 0xc3, 0xa9, 0xe2, 0x82, 0xac}, ByteTokenizer.encode("a\u00e9\u20ac"));
        for (String text : new String[]{"", "The ", "Stra\u00dfe, \u65e5\u672c", "\ud83d\ude00"})
            assertEquals(text, ByteTokenizer.decode(ByteTokenizer.encode(text)));
    }

    @Test
    void whatIsNoByteAndWhatIsNoUtf8ShowsAsSuch() {
        assertEquals("a\ufffdb", ByteTokenizer.decode(new int[]{'a', 300, 'b'}));
        assertEquals("a\ufffdb", ByteTokenizer.decode(new int[]{'a', -1, 'b'}));
        assertEquals("a\ufffdb", ByteTokenizer.decode(new int[]{'a', 0xc3, 'b'}));
    }

    @Test
    void aVocabularyIsThatOfBytes() {
        ByteTokenizer.require(256);
        for (int other : new int[]{255, 50257})
            assertThrows(TensorException.class, () -> ByteTokenizer.require(other));
    }
}
