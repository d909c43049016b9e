package org.logah.engine.cpu.vector;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.Processor;

/**
 * How products are cut so that what is used again stays in a near cache. Nothing of it changes a number: sums keep their order.
 *
 * <p>
 * A tile of 8 rows by 2 vectors takes 16 multiplications of vectors for each term of its sums, and reads two vectors of B and eight
 * numbers of A. Which of these come from where is decided by the order of the tiles.
 * <ul>
 * <li>Rows first ({@code strip} of 1): a panel of A, 8 rows, passes all panels of B and stays in the first-level cache. All of B goes
 * by for every 8 rows: with AVX-512, 128 bytes from the second- or third-level cache for 16 multiplications. A core that does one of
 * them a cycle does not feel that (8 bytes a cycle), and the result is written along its rows, as processors expect: on such cores this
 * order is 1 to 2% faster than the others.
 * <li>Strips: a panel of B passes {@code strip} panels of A before the next one comes, so B goes by once for {@code 8 strip} rows. A
 * core that does two a cycle would need 16 bytes a cycle of B with rows first, which no third-level cache gives: an Intel Xeon ran at
 * half of its speed, with strips of 4 and more at three quarters (Goto and van de Geijn, ACM TOMS 34, 2008; Low et al., ACM TOMS 43,
 * 2016, section 4).
 * </ul>
 * Nothing tells a program how many multiplications its core does at a time. But cores with two whole AVX-512 units, Intel's since Ice
 * Lake and AMD's since Zen 5, have first-level caches of 48 KB, to feed them; Intel's before had two units and 32 KB.
 *
 * @param terms most terms of a sum, numbers of a row of a panel, between two visits to the result; a multiple of 8
 * @param rows most rows of A that a task packs, a multiple of 8: they stay in the second-level cache, a quarter of it
 * @param strip panels of A that a panel of B passes before the next panel of B comes
 */
record Blocking(int terms, int rows, int strip) {

    /** Most terms that packing has room for; the result is read and written the less often the more there are. */
    static final int MOST_TERMS = 1024;
    private static final int LEAST_ROWS = 64;
    private static final int MOST_ROWS = 192;
    private static final int STRIP = 8;
    /** First-level caches of cores that multiply more than one vector of 512 bits a cycle. */
    private static final int FEEDING_TWO = 48 << 10;
    /** Names another blocking, to try out: {@code terms=512,rows=64,strip=4}. */
    private static final String PROPERTY = "logah.blocking";
    private static final Pattern TEXT = Pattern.compile("terms=(\\d{1,4}),rows=(\\d{1,4}),strip=(\\d{1,4})");
    /** This machine's. */
    static final Blocking HERE = of(System.getProperty(PROPERTY), Processor.here());

    /** What is done with each tile of a result. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Computes a tile.
         *
         * @param left number of the panel of A
         * @param right number of the panel of B
         */
        void tile(int left, int right);
    }

    Blocking {
        if (terms < 8 || terms > MOST_TERMS || terms % 8 != 0 || rows < 8 || rows % 8 != 0 || strip < 1)
            throw new TensorException(PROPERTY + ": terms are a multiple of 8 up to " + MOST_TERMS
                    + ", rows a multiple of 8, a strip is at least 1; not " + text(terms, rows, strip));
    }

    private static Blocking of(@Nullable String text, Processor processor) {
        return text == null ? of(processor) : parse(text);
    }

    /** What suits a processor. */
    static Blocking of(Processor processor) {
        boolean feedsTwo = processor.firstLevel() >= FEEDING_TWO || processor.name().contains("Intel");
        long rows = processor.secondLevel() / 4 / (4L * MOST_TERMS) / Gemm.MR * Gemm.MR;
        return new Blocking(MOST_TERMS, (int) Math.clamp(rows, LEAST_ROWS, MOST_ROWS), feedsTwo ? STRIP : 1);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws TensorException if it is something else
     */
    static Blocking parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches())
            throw new TensorException(PROPERTY + " is '" + text + "'; write it like terms=1024,rows=64,strip=8");
        return new Blocking(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
    }

    /**
     * The order of tiles.
     *
     * @param left panels of A
     * @param right panels of B
     */
    void visit(int left, int right, Visitor visitor) {
        for (int i0 = 0; i0 < left; i0 += strip) {
            int last = Math.min(left, i0 + strip);
            for (int q = 0; q < right; q++) {
                for (int i = i0; i < last; i++) visitor.tile(i, q);
            }
        }
    }

    private static String text(int terms, int rows, int strip) {
        return String.format(Locale.ROOT, "terms=%d,rows=%d,strip=%d", terms, rows, strip);
    }

    @Override
    public String toString() { return text(terms, rows, strip); }
}
