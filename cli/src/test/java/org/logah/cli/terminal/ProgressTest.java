package org.logah.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
    private static final List<String> DETAILS = List.of("loss 4.5000", "validation 4.6000 at 0");
    private long now;

    private Progress progress(PrintWriter out, Duration patience) {
        return new Progress(out, "step", "tokens", patience, () -> now);
    }

    private void pass(double seconds) { now += (long) (seconds * 1e9); }

    /** Steps of so many seconds and one token each. */
    private void steps(Progress p, int first, int last, int total, double seconds) {
        for (int i = first; i <= last; i++) {
            pass(seconds);
            p.update(i, total, i, List.of());
        }
    }

    /** Whole fields, the last ones first; the end is shown whole. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "200 | step 3/300  [                    ]  24 min 45 s left  50 tokens/s  loss 4.5000  validation 4.6000 at 0",
            "81 | step 3/300  24 min 45 s left  50 tokens/s  loss 4.5000  validation 4.6000 at 0",
            "80 | step 3/300  24 min 45 s left  50 tokens/s  loss 4.5000",
            "60 | step 3/300  24 min 45 s left  50 tokens/s  loss 4.5000",
            "50 | step 3/300  24 min 45 s left  50 tokens/s", "31 | step 3/300  24 min 45 s left", "20 | step 3/300",
            "8 | step 3/3"})
    void fieldsThatDoNotFitAreLeftOut(int columns, String shown) {
        Screen screen = new Screen(columns);
        Progress p = progress(screen.writer(), Duration.ZERO);
        for (int i = 1; i <= 3; i++) {
            pass(5);
            p.update(i, 300, 250 * i, DETAILS);
        }
        assertEquals(List.of(shown), screen.lines());
        p.finish(300, DETAILS);
        assertEquals("step 300/300  took 15 s  50 tokens/s  loss 4.5000  validation 4.6000 at 0",
                String.join("", screen.lines()).strip());
        if (columns > 20) assertTrue(screen.lines().stream().skip(1).allMatch(l -> l.isEmpty() || l.startsWith("  ")));
    }

    /** In a window that is wide enough for all else beside it. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {"14, \"                    \"", "15, \"#                   \"",
            "299, \"################### \"", "300, \"####################\""})
    void aBarGrows(int done, String bar) {
        Screen screen = new Screen(120);
        Progress p = progress(screen.writer(), Duration.ZERO);
        pass(1);
        p.update(done, 300, done, List.of());
        assertEquals(List.of("step " + done + "/300  [" + bar + "]"), screen.lines());
    }

    @Test
    void itBeginsAtOnceAndKnowsNoRateBeforeItHasTwoMeasurements() {
        Screen screen = new Screen(80);
        Progress p = progress(screen.writer(), Duration.ZERO);
        p.begin(0, 300);
        assertEquals(List.of("step 0/300  starting"), screen.lines());
        pass(4);
        p.update(1, 300, 64, List.of());
        assertEquals(List.of("step 1/300"), screen.lines());
        pass(1);
        p.update(2, 300, 128, List.of());
        assertEquals(List.of("step 2/300  64 tokens/s"), screen.lines());
    }

    /** The first steps of a fresh program say nothing of how long a long job takes. */
    @Test
    void timeLeftIsToldAfterFifteenSecondsOrOnceAGoodPartIsDone() {
        Screen screen = new Screen(80);
        Progress p = progress(screen.writer(), Duration.ZERO);
        steps(p, 1, 14, 400, 1);
        assertEquals(List.of("step 14/400  1.00 tokens/s"), screen.lines());
        steps(p, 15, 15, 400, 1);
        assertEquals(List.of("step 15/400  6 min 25 s left  1.00 tokens/s"), screen.lines());
        Screen other = new Screen(80);
        Progress resumed = progress(other.writer(), Duration.ZERO);
        steps(resumed, 101, 105, 200, 1); // 4 of the 99 that were left
        assertEquals(List.of("step 105/200  1.00 tokens/s"), other.lines());
        steps(resumed, 106, 106, 200, 1);
        assertEquals(List.of("step 106/200  1 min 34 s left  1.00 tokens/s"), other.lines());
    }

    /** The first steps of a fresh program are slow. */
    @Test
    void ratesAreThoseOfTheLastSeconds() {
        Screen screen = new Screen(80);
        Progress p = progress(screen.writer(), Duration.ZERO);
        steps(p, 1, 10, 1010, 10);
        assertEquals(List.of("step 10/1010  2 h 46 min left  0.10 tokens/s"), screen.lines());
        steps(p, 11, 310, 1010, 0.1);
        assertEquals(List.of("step 310/1010  1 min 10 s left  10 tokens/s"), screen.lines());
    }

    /** In its first second a program has a tenth of its later speed, and soon no estimate knows of it. */
    @Test
    void aSlowBeginningIsForgottenAtOnce() {
        Screen screen = new Screen(80);
        Progress p = progress(screen.writer(), Duration.ZERO);
        steps(p, 1, 10, 1000, 0.1);
        steps(p, 11, 210, 1000, 0.01);
        assertEquals(List.of("step 200/1000  8 s left  100 tokens/s"), screen.lines());
    }

    /** A step that takes longer than rates look back still has one. */
    @Test
    void slowStepsHaveARate() {
        Screen screen = new Screen(80);
        Progress p = progress(screen.writer(), Duration.ZERO);
        for (int i = 1; i <= 3; i++) {
            pass(60);
            p.update(i, 10, 60 * i, List.of());
        }
        assertEquals(List.of("step 3/10  7 min 0 s left  1.00 tokens/s"), screen.lines());
    }

    @Test
    void otherwiseThereIsALineEveryTenSecondsAndOneAtTheEnd() {
        StringWriter log = new StringWriter();
        Progress p = progress(new PrintWriter(log), Duration.ZERO);
        p.begin(0, 100);
        for (int i = 1; i <= 100; i++) {
            pass(0.25);
            p.update(i, 100, i, List.of("loss " + i));
        }
        p.finish(100, List.of("loss 100", "validation 3"));
        assertEquals(List.of("step 40/100  15 s left  4.00 tokens/s  loss 40",
                "step 80/100  5 s left  4.00 tokens/s  loss 80",
                "step 100/100  took 25 s  4.00 tokens/s  loss 100  validation 3"), log.toString().lines().toList());
    }

    @Test
    void whatIsOverAtOnceShowsNothing() {
        for (boolean terminal : new boolean[]{true, false}) {
            Screen screen = new Screen(80);
            StringWriter log = new StringWriter();
            PrintWriter out = terminal ? screen.writer() : new PrintWriter(log);
            Progress quick = progress(out, Duration.ofSeconds(2));
            quick.begin(0, 2);
            assertEquals(List.of(terminal ? "step 0/2  starting" : ""), screen.lines());
            pass(1);
            quick.update(1, 2, 1, List.of());
            quick.finish(2, List.of());
            progress(out, Duration.ZERO).finish(2, List.of()); // nothing was done
            assertEquals(List.of(""), screen.lines());
            assertEquals("", log.toString());
            Progress slow = progress(out, Duration.ofSeconds(2));
            pass(3);
            slow.update(1, 2, 3, List.of("a"));
            if (terminal) assertEquals(List.of("step 1/2  a"), screen.lines());
            slow.finish(2, List.of());
            assertTrue((terminal ? screen.lines().getFirst() : log.toString())
                    .startsWith("step 2/2  took 3 s  1.00 tokens/s"));
        }
    }

    /** A job that broke off leaves its line; the next one begins below it. */
    @Test
    void aMessageBetweenTwoJobsIsNotLost() {
        Screen screen = new Screen(80);
        TerminalWriter w = screen.writer();
        progress(w, Duration.ZERO).begin(0, 3);
        w.println("step 1: the loss is NaN");
        progress(w, Duration.ZERO).begin(0, 4);
        assertEquals(List.of("step 0/3  starting", "step 1: the loss is NaN", "step 0/4  starting"), screen.lines());
    }
}
