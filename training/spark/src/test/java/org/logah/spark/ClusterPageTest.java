package org.logah.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;

/** The tables of docs/cluster.md that a model makes. {@code -Dlogah.write=true} on Maven's command line writes them anew. */
class ClusterPageTest {
    private static final Path PAGE = Path.of("../../docs/cluster.md");
    private static final double LOCAL = 2e9;
    private static final double OVERHEAD = 0.05;

    /** A hypernetwork's exchange on a machine of two cores, in milliseconds; medians of steps, compiling left out. */
    private record Measured(String name, long parameters, int metaBatch, int executors, double milliseconds) {
        double model() {
            return 1000 * new StepTime(parameters, metaBatch, executors, executors, 0, LOCAL, OVERHEAD).seconds();
        }
    }

    private static final List<Measured> MEASURED = List.of(new Measured("`mini`", 316_776, 4, 2, 65),
            new Measured("LoGAH-Tiny", 2_540_620, 4, 2, 68), new Measured("LoGAH-Small", 21_413_034, 4, 2, 237),
            new Measured("LoGAH-Large", 289_424_276, 1, 1, 1440));

    @Test
    void theModelIsNearWhatWasMeasured() {
        for (Measured m : MEASURED) assertEquals(m.milliseconds(), m.model(), 0.5 * m.milliseconds(), m.name());
    }

    @Test
    void whatTheModelSays() {
        StepTime free = new StepTime(1000, 8, 2, 4, 3, 1e12, 0);
        assertEquals(6, free.computing());
        assertEquals(6, free.seconds(), 1e-6);
        StepTime bound = new StepTime(250_000_000, 8, 2, 8, 0.5, 1e9, 0);
        assertEquals(2 + 0.5 + 8, bound.seconds(), 1e-9); // weights, one wave, and a gigabyte for each
        assertEquals(10, bound.exchange(), 1e-9);
    }

    @Test
    void thePageShowsWhatTheModelSays() throws IOException {
        StringBuilder measured = new StringBuilder(
                "| | parameters | architectures | executors | measured | model |\n|---|---:|---:|---:|---:|---:|\n");
        for (Measured m : MEASURED)
            measured.append(String.format(Locale.ROOT, "| %s | %,d | %d | %d | %.0f ms | %.0f ms |%n", m.name(),
                    m.parameters(), m.metaBatch(), m.executors(), m.milliseconds(), m.model()));
        StringBuilder planned = new StringBuilder("| | parameters | computing alone");
        for (String link : List.of("10 Gbit/s", "25 Gbit/s", "100 Gbit/s")) planned.append(" | ").append(link);
        planned.append(" |\n|---|---:|---:|---:|---:|---:|\n");
        for (int metaBatch : List.of(8, 128)) {
            row(planned, "LoGAH-Tiny", 2_540_380, metaBatch);
            row(planned, "LoGAH-Small", 21_412_794, metaBatch);
            row(planned, "LoGAH-Base", 78_231_892, metaBatch);
            row(planned, "LoGAH-Large", 289_423_316, metaBatch);
        }
        String page = Files.readString(PAGE);
        String wanted = replaced(replaced(page, "measured", measured), "planned", planned);
        if (Boolean.getBoolean("logah.write")) Files.writeString(PAGE, wanted);
        assertEquals(wanted, Files.readString(PAGE));
    }

    private static void row(StringBuilder to, String name, long parameters, int metaBatch) {
        to.append(String.format(Locale.ROOT, "| %s, %d architectures | %,d | %.1f", name, metaBatch, parameters, 5.0));
        for (double gigabits : new double[]{10, 25, 100}) {
            StepTime time = new StepTime(parameters, metaBatch, 8, 128, 5, gigabits / 8 * 1e9, OVERHEAD);
            to.append(String.format(Locale.ROOT, " | %.1f", time.seconds()));
        }
        to.append(" |\n");
    }

    private static String replaced(String page, String mark, CharSequence table) {
        String begin = "<!-- " + mark + " -->\n";
        int from = page.indexOf(begin);
        assertTrue(from >= 0, mark);
        int to = page.indexOf("<!-- end -->", from);
        return page.substring(0, from) + begin + table + page.substring(to);
    }
}
