package org.logah.training.architectures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.meta.ArchitectureSet;

class ParameterCountsTest {
    private static List<TargetNetwork> thousand(String name, long seed) {
        var sampler = ModelCatalog.sampler(name);
        DataFormat data = sampler.dataKind() == DataKind.TOKENS ? new Tokens(50257, 1024) : new Images(3, 32, 10);
        ArchitectureSet set = new ArchitectureSet(sampler, data, new RandomStream(seed));
        return IntStream.range(0, 1000).mapToObj(set::architecture).toList();
    }

    /**
     * The published generators' seed 1 gave 4.75 +- 2.22 million (1.21 to 9.60) for ViTs and 16.30 +- 4.76 million (7.69 to 28.36) for
     * GPTs. Means of a thousand are off by a thirtieth of a deviation; four times that is allowed.
     */
    @ParameterizedTest
    @CsvSource({"vits, 4.75, 2.22, 1.21, 9.60", "gpts, 16.30, 4.76, 7.69, 28.36"})
    void setsAreSpreadAsThePublishedOnes(String name, double mean, double deviation, double least, double most) {
        for (long seed = 1; seed <= 3; seed++) {
            String summary = new ParameterCounts(thousand(name, seed)).summary();
            Matcher m = Pattern.compile("([\\d.]+) \u00b1 ([\\d.]+)M \\(([\\d.]+)\\.\\.([\\d.]+)M\\)").matcher(summary);
            assertTrue(m.matches(), summary);
            assertEquals(mean, Double.parseDouble(m.group(1)), deviation * 4 / Math.sqrt(1000), name + " " + summary);
            assertEquals(deviation, Double.parseDouble(m.group(2)), 0.1 * deviation, name + " " + summary);
            assertEquals(least, Double.parseDouble(m.group(3)), 0.1 * least, name + " " + summary);
            assertEquals(most, Double.parseDouble(m.group(4)), 0.05 * most, name + " " + summary);
        }
    }

    private static TargetNetwork gpt(int layers) {
        return ModelCatalog.parse("gpt2:layers=" + layers + ",heads=2,width=16,vocabulary=256,positions=64");
    }

    @Test
    void everyArchitectureIsInOneBin() {
        ParameterCounts counts = new ParameterCounts(List.of(gpt(1), gpt(1), gpt(2), gpt(21)));
        int[] bins = counts.text().lines().mapToInt(l -> Integer.parseInt(l.strip().split(" +")[1])).toArray();
        assertEquals(20, bins.length);
        assertEquals(4, Arrays.stream(bins).sum());
        assertEquals(2, bins[0]);
        assertEquals(1, bins[1], "a layer is a twentieth of the span");
        assertEquals(1, bins[19]);
        assertEquals(20, counts.text().lines().filter(l -> l.matches(" +[\\d.]+K +\\d+ #*")).count(), counts.text());
        String svg = counts.svg("a < b");
        assertEquals(21, svg.lines().filter(l -> l.startsWith("<rect")).count());
        assertTrue(svg.contains("a &lt; b") && svg.contains(counts.summary()), svg);
    }

    @Test
    void architecturesOfOneSizeAreOneBar() {
        ParameterCounts counts = new ParameterCounts(List.of(gpt(2), gpt(2)));
        assertTrue(counts.text().lines().findFirst().orElse("").endsWith("2 " + "#".repeat(50)), counts.text());
        assertTrue(counts.summary().contains("\u00b1 0.00K"), counts.summary());
    }
}
