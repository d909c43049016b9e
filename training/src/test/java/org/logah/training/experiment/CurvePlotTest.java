package org.logah.training.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.logah.engine.random.RandomStream;

class CurvePlotTest {
    private static final double TOP = 60;
    private static final double BOTTOM = 420;

    /** Where the names stand, by their y, from the top. */
    private static List<Double> places(String svg) {
        Matcher m = Pattern.compile("y=\"([0-9.]+)\" font-size=\"12\"[^>]*>name").matcher(svg);
        List<Double> places = new ArrayList<>();
        while (m.find()) places.add(Double.parseDouble(m.group(1)));
        return places;
    }

    /** A start of 18 nats beside others of 6 leaves them room; its curve comes in from the edge where it belongs. */
    @Test
    void aPlotMayEndBelowACurvesBeginning() {
        CurvePlot plot = new CurvePlot("t", "x", "y").add("a", new double[]{0, 10, 20}, new double[]{6, 3, 2})
                .add("b", new double[]{0, 10, 20}, new double[]{18, 2, 2}).upTo(7.2);
        String svg = plot.svg();
        assertTrue(svg.contains(">8.0<") && !svg.contains(">10.0<"), svg);
        // From 18 to 2 over ten steps the axis's end, 8, is passed at 6.25 of 20 on 620 units behind 70.
        assertTrue(svg.contains("M263.8 60.0 L380.0"), svg);
    }

    /** However close their curves end, each has a line of its own, inside the plot. */
    @Test
    void namesAreSideBySide() {
        for (long seed = 1; seed <= 50; seed++) {
            RandomStream random = new RandomStream(seed);
            int count = 1 + random.nextInt(10);
            CurvePlot plot = new CurvePlot("t", "x", "y");
            for (int i = 0; i < count; i++) {
                double last = random.nextInt(2) == 0 ? 1 : random.nextInt(100) / 10.0;
                plot.add("name " + i, new double[]{0, 1}, new double[]{5, last});
            }
            List<Double> places = places(plot.svg());
            assertEquals(count, places.size(), "seed " + seed);
            for (int i = 0; i < count; i++) {
                double y = places.get(i) - 4; // a text's base line is a little below its middle
                assertTrue(y >= TOP && y <= BOTTOM, "seed " + seed + ": " + places);
                if (i > 0) assertTrue(y + 4 - places.get(i - 1) > 15.8, "seed " + seed + ": " + places);
            }
        }
    }

    /** Place and colour are all that ties a name to its curve. */
    @Test
    void aNameStandsAtTheEndOfItsCurveInItsColour() {
        double[] x = {0, 1};
        String svg = new CurvePlot("t", "x", "y").add("low", x, new double[]{5, 0}).add("high", x, new double[]{4, 6})
                .add("middle", x, new double[]{3, 3}).svg();
        Map<String, Double> ends = Map.of("low", BOTTOM, "high", TOP, "middle", (TOP + BOTTOM) / 2);
        for (Map.Entry<String, Double> end : ends.entrySet()) {
            Matcher name = Pattern
                    .compile("<text x=\"[0-9.]+\" y=\"([0-9.]+)\"[^>]* fill=\"(#\\w+)\"[^>]*>" + end.getKey() + "<")
                    .matcher(svg);
            assertTrue(name.find(), svg);
            assertEquals(end.getValue() + 4, Double.parseDouble(name.group(1)), 0.1, end.getKey());
            Matcher curve = Pattern.compile("L690.0 ([0-9.]+) \"[^>]* stroke=\"" + name.group(2) + "\"").matcher(svg);
            assertTrue(curve.find(), svg);
            assertEquals(end.getValue(), Double.parseDouble(curve.group(1)), 0.1, end.getKey());
        }
    }

    @Test
    void aCurveThatNeverMovesHasAnAxis() {
        for (double value : new double[]{3, 0, 1e9, -2}) {
            String svg = new CurvePlot("t", "x", "y").add("a", new double[]{0, 1}, new double[]{value, value}).svg();
            assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
            Matcher marks = Pattern.compile("text-anchor=\"end\">([^<]+)<").matcher(svg);
            Set<String> seen = new HashSet<>();
            while (marks.find()) assertTrue(seen.add(marks.group(1)), svg);
            assertTrue(seen.size() > 1 && seen.size() < 20, svg);
        }
    }

    @Test
    void aPlotWithoutCurvesHasATitle() {
        String svg = new CurvePlot("t", "x", "y").svg();
        assertTrue(svg.contains(">t<") && !svg.contains("<path"), svg);
        assertTrue(new CurvePlot("t", "x", "y").powersOfTen().svg().contains(">t<"));
    }

    /** What is above the axis all the time is no line along its edge. */
    @Test
    void ofACurveAboveTheAxisTheNameIsThere() {
        double[] x = {0, 1};
        String svg = new CurvePlot("t", "x", "y").add("in", x, new double[]{5, 1})
                .add("above", x, new double[]{900, 800})
                .upTo(6).svg();
        assertTrue(svg.contains(">above<"), svg);
        assertEquals(1, svg.split("stroke-linejoin", -1).length - 1, svg);
    }
}
