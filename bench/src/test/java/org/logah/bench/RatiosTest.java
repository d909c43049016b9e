package org.logah.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;

import org.junit.jupiter.api.Test;

class RatiosTest {
    static Ratios example() {
        Ratios r = new Ratios();
        r.put(1, "product 2 x 2", "A", 1.5);
        r.put(1, "product 2 x 2", "B", 0.804);
        r.put(1, "product 4 x 4", "A", 1.25);
        r.put(2, "step of this", "A", 2);
        r.put(2, "meta-step of that, 2 x 3", "A", 3);
        return r;
    }

    @Test
    void onlyLossesBeyondTheShareAreReported() {
        Ratios now = new Ratios();
        now.put(1, "product 2 x 2", "A", 1.36);
        now.put(1, "product 2 x 2", "B", 0.7);
        now.put(1, "product 8 x 8", "A", 0.1);
        now.put(2, "step of this", "A", 3);
        assertEquals("[product 2 x 2 on 1 thread: 0.70 of B, was 0.80]",
                now.lossesSince(example(), 0.1).toString());
    }

    @Test
    void aSummaryGivesEachKindItsMedianAndLeast() { assertEquals("""
            | | 1 thread: A | 1 thread: B | 2 threads: A |
            |---|---:|---:|---:|
            | product | 1.38 (least 1.25) | 0.80 |  |
            | step of this |  |  | 2.00 |
            | meta-step of that, 2 x 3 |  |  | 3.00 |
            """, example().summary()); }

    @Test
    void aPageKeepsWhatStandsAroundATable() throws IOException {
        String page = "a\n<!-- x -->\n\nold\n\n<!-- end -->\nb\n";
        assertEquals("a\n<!-- x -->\n\nnew\n\n<!-- end -->\nb\n", Ratios.replaced(page, "x", "new\n"));
        assertThrows(IOException.class, () -> Ratios.replaced(page, "y", "new\n"));
    }
}
