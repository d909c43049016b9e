package org.logah.training.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.random.RandomStream;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;

/** GPT-2's tokens, against lists that are published, and against the algorithm written out plainly. */
@Timeout(300)
class Gpt2TokenizerTest {
    private static final long SEED = Long.getLong("logah.seed", 1);
    private static final int STRINGS = 10_000;
    private final Tokenizer gpt2 = Tokenizers.named("gpt2");

    /** From the documentations of GPT-2's tokenizers in transformers and tiktoken, and their tests. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {"Hello world|15496 995",
            " Hello world|18435 995", "hello world|31373 995",
            "Hello, my dog is cute|15496 11 616 3290 318 13779",
            "The quick brown fox jumps over the lazy dog|464 2068 7586 21831 18045 625 262 16931 3290",
            "Replace me by any text you'd like.|3041 5372 502 416 597 2420 345 1549 588 13",
            "Many words map to one token, but some don't: indivisible.|7085 2456 3975 284 530 11241 11 475 617 836 470 25 773 452 12843 13",
            "0|15", "00|405", "000|830", "0000|2388", "00000|20483", "000000|10535", "0000000|24598", "00000000|8269",
            "000000000|10535 830", "0000000000|8269 405", "00000000000|8269 830"})
    void tokensAreThoseOfThePublishedLists(String text, String tokens) {
        int[] wanted = Arrays.stream(tokens.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertArrayEquals(wanted, gpt2.encode(text));
        assertEquals(text, gpt2.decode(wanted));
    }

    @Test
    void theVocabularyEndsWithTheEndOfText() {
        assertEquals(50257, gpt2.vocabulary());
        assertEquals(50256, gpt2.separator());
        assertEquals("a<|endoftext|>b", gpt2.decode(new int[]{64, 50256, 65}));
        assertEquals("gpt2", Tokenizers.ofVocabulary(50257).kind());
    }

    /** As it would be a way for a text to end itself. */
    @Test
    void aTextThatLooksLikeTheEndOfTextIsReadAsItsCharacters() {
        int[] tokens = gpt2.encode("a<|endoftext|>b");
        assertTrue(IntStream.of(tokens).noneMatch(t -> t == 50256), Arrays.toString(tokens));
        assertEquals("a<|endoftext|>b", gpt2.decode(tokens));
    }

    @Test
    void whatIsHalfACharacterOrNoTokenShowsAsSuch() {
        assertEquals("a\ufffdb\ufffd", gpt2.decode(gpt2.encode("a\ud83db\ude00")));
        assertEquals("\ud83d\ude00\ufffd", gpt2.decode(gpt2.encode("\ud83d\ude00\ud83d")));
        assertEquals("a\ufffd\ufffdb", gpt2.decode(new int[]{64, 50257, -1, 65}));
        int[] emoji = gpt2.encode("\ud83d\ude00");
        assertTrue(gpt2.decode(Arrays.copyOf(emoji, emoji.length - 1)).startsWith("\ufffd"));
    }

    @Test
    void randomTextsOfAllPlanesComeBack() {
        RandomStream random = new RandomStream(SEED);
        for (int i = 0; i < STRINGS; i++) {
            String text = text(random.split(i), 40);
            assertEquals(text, gpt2.decode(gpt2.encode(text)), "seed " + SEED + ", text " + i);
        }
    }

    /** Characters of all planes, among letters, digits, signs and white space that make words. */
    private static String text(RandomStream random, int most) {
        String usual = "aabcdeE 0123456789  \t\n\r.,'!?-st\u00e9\u3000\u00a0\u65e5\u3002\u0301";
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(most); n > 0; n--) {
            if (random.nextInt(3) > 0) {
                text.append(usual.charAt(random.nextInt(usual.length())));
                continue;
            }
            int c = random.nextInt(2) == 0 ? random.nextInt(0x3000) : random.nextInt(Character.MAX_CODE_POINT + 1);
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) text.appendCodePoint(c);
        }
        return text.toString();
    }

    @Test
    void mergesAreThoseOfThePlainAlgorithm() {
        PlainMerges plain = new PlainMerges();
        RandomStream random = new RandomStream(SEED).split("plain");
        for (int i = 0; i < 1000; i++) {
            String text = text(random.split(i), 60);
            assertArrayEquals(plain.encode(text), gpt2.encode(text), "seed " + SEED + ", text " + i);
        }
        for (int i = 0; i < 30; i++) { // words so long that JTokkit merges them another way
            RandomStream r = random.split("long").split(i);
            int letters = 1 + r.nextInt(26);
            StringBuilder word = new StringBuilder();
            for (int n = 500 + r.nextInt(500); n > 0; n--)
                word.appendCodePoint((i % 3 == 0 ? 0x4e00 : 'a') + r.nextInt(letters));
            assertArrayEquals(plain.encode(word.toString()), gpt2.encode(word.toString()),
                    "seed " + SEED + ", word " + i);
        }
    }

    /** Byte-pair encoding as its paper has it: the pair that was learned first is merged first, from the left. */
    private static final class PlainMerges {
        private static final Pattern WORD = Pattern.compile(
                "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                Pattern.UNICODE_CHARACTER_CLASS);
        private final Map<String, Integer> ranks = new HashMap<>();

        PlainMerges() {
            var encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
            for (int token = 0; token < 50256; token++) {
                IntArrayList one = new IntArrayList(1);
                one.add(token);
                ranks.put(new String(encoding.decodeBytes(one), StandardCharsets.ISO_8859_1), token);
            }
        }

        int[] encode(String text) {
            List<Integer> tokens = new ArrayList<>();
            WORD.matcher(text).results().forEach(word -> merge(word.group(), tokens));
            return tokens.stream().mapToInt(t -> t).toArray();
        }

        private void merge(String word, List<Integer> tokens) {
            List<String> pieces = new ArrayList<>();
            for (byte b : word.getBytes(StandardCharsets.UTF_8))
                pieces.add(new String(new byte[]{b}, StandardCharsets.ISO_8859_1));
            while (true) {
                int best = -1;
                int rank = Integer.MAX_VALUE;
                for (int i = 0; i + 1 < pieces.size(); i++) {
                    int r = ranks.getOrDefault(pieces.get(i) + pieces.get(i + 1), Integer.MAX_VALUE);
                    if (r < rank) {
                        best = i;
                        rank = r;
                    }
                }
                if (best < 0) break;
                pieces.set(best, pieces.get(best) + pieces.remove(best + 1));
            }
            for (String piece : pieces) tokens.add(ranks.get(piece));
        }
    }

    /** Every cut, not only the last: a text is read piece by piece, whatever a piece's end happens to be. */
    @Test
    void aTextThatIsCutHasTheSameTokens() {
        RandomStream random = new RandomStream(SEED).split("cut");
        int cuts = 0;
        for (int i = 0; i < STRINGS; i++) {
            String text = text(random.split(i), 30) + (i % 2 == 0 ? " it's '" : "");
            int[] whole = gpt2.encode(text);
            for (int end = 1; end <= text.length(); end++) {
                int cut = gpt2.lastCut(text.substring(0, end));
                if (cut == 0) continue;
                cuts++;
                int[] parts = IntStream.concat(IntStream.of(gpt2.encode(text.substring(0, cut))),
                        IntStream.of(gpt2.encode(text.substring(cut)))).toArray();
                assertArrayEquals(whole, parts, "seed " + SEED + ", text " + i + ", cut " + cut);
            }
        }
        assertTrue(cuts > STRINGS, cuts + " cuts");
    }

    @Test
    void aTextThatIsReadPieceByPieceHasTheSameTokens() throws Exception {
        String book = GrammarText.generate(20_000, 3) + "\u65e5\u672c\u3002 \ud83d\ude00 ".repeat(50);
        for (int piece : new int[]{4, 7, 64, 1000, 1 << 20}) {
            List<Integer> found = new ArrayList<>();
            List<Long> done = new ArrayList<>();
            MemorySegment text = MemorySegment.ofArray(book.getBytes(StandardCharsets.UTF_8));
            new TextEncoding(gpt2, piece).encode(text, t -> IntStream.of(t).forEach(found::add), done::add);
            assertArrayEquals(gpt2.encode(book), found.stream().mapToInt(t -> t).toArray(), "pieces of " + piece);
            assertEquals(text.byteSize(), done.getLast());
        }
    }

    /** Words without an end take longest; none may take a time that grows with the square of its length. */
    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "\n", "\u65e5\u672c\u8a9e", "!", "7", "ab"})
    void wordsWithoutAnEndAreRead(String letters) {
        String text = letters.repeat((1 << 18) / letters.length());
        assertEquals(text, gpt2.decode(gpt2.encode(text)));
    }

    @Test
    void aWordThatIsTooLongIsCutAllTheSame() throws Exception {
        MemorySegment text = MemorySegment.ofArray("a".repeat(3 << 20).getBytes(StandardCharsets.UTF_8));
        StringBuilder read = new StringBuilder();
        int[] pieces = {0};
        new TextEncoding(gpt2).encode(text, t -> {
            pieces[0]++;
            read.append(gpt2.decode(t));
        }, _ -> {});
        assertEquals(3 << 20, read.length());
        assertTrue(pieces[0] > 1, pieces[0] + " pieces");
    }
}
