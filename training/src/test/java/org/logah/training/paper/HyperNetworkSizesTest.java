package org.logah.training.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

class HyperNetworkSizesTest {
    private final Map<String, HyperNetworkSizes.Row> rows = HyperNetworkSizes.rows().stream()
            .collect(Collectors.toMap(HyperNetworkSizes.Row::name, r -> r));

    private long count(String name, int width) {
        return rows.get(name).counts().get(HyperNetworkSizes.widths().indexOf(width));
    }

    @Test
    void atThePublishedWidthsTheCountsAreThePublishedOnes() {
        assertEquals(2_540_380, count("LoGAH-Tiny", 2048));
        assertEquals(21_412_794, count("LoGAH-Small", 2048));
        assertEquals(78_231_892, count("LoGAH-Base", 2048));
        assertEquals(289_423_316, count("LoGAH-Large", 2048));
        assertEquals(6_777_932, count("GHN-3, 3 layers", 64));
    }

    @Test
    void ghn3GrowsWithTheCubeOfTheWidthAndLogahLittle() {
        assertEquals(8, (double) count("GHN-3, 3 layers", 2048) / count("GHN-3, 3 layers", 1024), 0.5);
        assertTrue(count("LoGAH-Tiny", 2048) < 2 * count("LoGAH-Tiny", 64));
        String table = HyperNetworkSizes.markdown();
        assertTrue(table.contains("| LoGAH-Tiny |") && table.contains(" 2,540,380 |"), table);
        assertTrue(HyperNetworkSizes.plot().svg().contains("LoGAH-Tiny"));
    }
}
