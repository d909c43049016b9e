package org.logah.training.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.logah.models.text.ByteTokenizer;
import org.logah.training.experiment.StartComparison.Result;

/** Reports on curves that are made up. */
class StartReportTest {
    private static final int STEPS = 1480;
    private static final int POINTS = 41;

    private static ComparisonConfig config(long seed, List<Double> rates, String... variants) {
        ComparisonConfig c = ComparisonConfig.standard(seed);
        return new ComparisonConfig(c.meta(), c.set(), List.of(variants), c.others(), new UnseenTarget.Sized(6, 96),
                STEPS,
                rates);
    }

    /** From a loss down to another, in a straight line. */
    private static Curve curve(long seed, String start, double rate, double from, double to, int points) {
        List<Integer> steps = IntStream.range(0, points).mapToObj(i -> i * STEPS / (POINTS - 1)).toList();
        List<Double> losses = IntStream.range(0, points).mapToObj(i -> from + (to - from) * i / (POINTS - 1)).toList();
        return new Curve(seed, start, rate, steps, losses, points == POINTS, "before", "after", List.of(), "");
    }

    /** One that is ahead and stays so but for seed 3, where the random start passes it at the last point. */
    private static Result result(ComparisonConfig config) {
        long seed = config.meta().seed();
        List<Curve> curves = new ArrayList<>();
        for (String start : config.starts()) {
            boolean predicted = config.variants().contains(start);
            for (double rate : config.rates())
                curves.add(curve(seed, start, rate, predicted ? 2 : 6, predicted ? 1 : seed == 3 ? 0.9 : 1.1, POINTS));
        }
        return new Result(config, curves, 60);
    }

    private static String text(List<Double> rates, List<Long> seeds, String... variants) {
        String text = new StartReport(seeds.stream().map(s -> result(config(s, rates, variants))).toList(),
                new ByteTokenizer()).text();
        for (String line : text.lines().toList()) assertTrue(line.length() <= 80, () -> line + "\nin\n" + text);
        return text;
    }

    @Test
    void oneSeed() {
        List<String> lines = text(List.of(1e-3), List.of(1L), "cosine-mini").lines().toList();
        assertEquals(List.of("Validation loss in nats per byte of an unseen GPT of 6 layers and width 96,",
                "by step; learning rate 1e-3 (1 seed)", "",
                "start          rate       0     259     481     740     999    1221    1480",
                "cosine-mini    1e-3   2.000   1.825   1.675   1.500   1.325   1.175   1.000",
                "random         1e-3   6.000   5.143   4.408   3.550   2.693   1.957   1.100",
                "orthogonal     1e-3   6.000   5.143   4.408   3.550   2.693   1.957   1.100",
                "lecun          1e-3   6.000   5.143   4.408   3.550   2.693   1.957   1.100", ""),
                lines.subList(0, 9));
        assertEquals(List.of("Does the random start overtake cosine-mini within 1480 steps? no",
                "Does the orthogonal start overtake cosine-mini within 1480 steps? no",
                "Does the lecun start overtake cosine-mini within 1480 steps? no",
                "When does cosine-mini reach the random start's last loss? by step 1369",
                "When does the orthogonal start reach the random start's last loss? by step 1480"),
                lines.subList(9, 14));
    }

    @Test
    void severalSeeds() {
        String text = text(List.of(1e-3, 3e-3), List.of(1L, 2L, 3L), "cosine-mini");
        for (String expected : List.of("by step; each start at its best learning rate (3 seeds, mean and spread)",
                "start          rate           0         370         740        1110        1480",
                "cosine-mini    1e-3 2.000±0.000 1.750±0.000 1.500±0.000 1.250±0.000 1.000±0.000",
                "random         1e-3 6.000±0.000 4.758±0.029 3.517±0.058 2.275±0.087 1.033±0.115",
                "start           1e-3     3e-3",
                "Does the random start overtake cosine-mini within 1480 steps?\n  seed 1 no, seed 2 no, seed 3 by step 1480\n"))
            assertTrue(text.contains(expected), expected + " in\n" + text);
    }

    @Test
    void namesRatesAndLossesOfAnySize() {
        String text = text(List.of(3e-4, 1e-3, 2.5e-3, 3e-3, 1e-2), List.of(1L, 2L), "cosine-mini", "mini+mean-field",
                "ghn3-mini+std");
        assertTrue(text.contains("mini+mean-field    3e-4"), text);
        ComparisonConfig config = config(1, List.of(1e-3), "cosine-mini");
        List<Curve> curves = new ArrayList<>();
        for (String start : config.starts())
            curves.add(curve(1, start, 1e-3, start.equals("random") ? 1e7 : 12345, 2,
                    start.equals("random") ? 20 : POINTS));
        String wild = new StartReport(List.of(new Result(config, curves, 60)), new ByteTokenizer()).text();
        assertTrue(wild.contains("cosine-mini    1e-3 12345.0"), wild);
        assertTrue(wild.contains("random         1e-3   1e+07"), wild);
        assertTrue(wild.contains("-: the loss was no number any more"), wild);
        assertTrue(wild.contains("reach the random start's last loss?\n  the random start came to no number"), wild);
        for (String line : wild.lines().toList()) assertTrue(line.length() <= 80, line);
    }

    /** Random starts fall from 6 to 2 in no time, and below 2 is what counts; their beginning stands beside their end. */
    @Test
    void thePlotLeavesTheFallOut() {
        ComparisonConfig config = config(1, List.of(1e-3), "cosine-mini");
        List<Curve> curves = new ArrayList<>();
        for (String start : config.starts()) {
            boolean predicted = config.variants().contains(start);
            List<Integer> steps = List.of(0, STEPS / 20 - 1, STEPS / 20, STEPS);
            List<Double> losses = predicted ? List.of(1.9, 1.5, 1.4, 1.0) : List.of(6.0, 2.5, 1.7, 1.1);
            curves.add(new Curve(1, start, 1e-3, steps, losses, true, "", "", List.of(), ""));
        }
        String svg = new StartReport(List.of(new Result(config, curves, 0)), new ByteTokenizer()).plot().svg();
        for (String shown : List.of(">1.9<", ">1.0<", ">predicted, cosine-mini, 1.90 to 1.00<",
                ">random, 6.00 to 1.10<"))
            assertTrue(svg.contains(shown), svg);
        for (String out : List.of(">2.0<", ">2.5<", ">6.0<")) assertFalse(svg.contains(out), svg);
    }

    /** One that comes to no number, and one that grows beyond all others. */
    @Test
    void whatGrowsWithoutEndDoesNotPressTheOthersTogether() {
        ComparisonConfig config = config(1, List.of(1e-3), "cosine-mini");
        List<Curve> curves = new ArrayList<>();
        for (String start : config.starts()) {
            boolean wild = start.equals("lecun");
            curves.add(new Curve(1, start, 1e-3, wild ? List.of(0, 740) : List.of(0, 740, STEPS),
                    wild ? List.of(5.0, 800.0) : List.of(5.0, 2.0, 1.0), !wild, "", "", List.of(), ""));
        }
        String svg = new StartReport(List.of(new Result(config, curves, 0)), new ByteTokenizer()).plot().svg();
        assertTrue(svg.contains(">6.0<") && !svg.contains(">7.0<"), svg);
        assertTrue(svg.contains(">lecun, 5.00, no number after step 740<"), svg);
    }
}
