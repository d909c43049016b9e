package org.logah.training.paper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.OutputFolder;
import org.logah.engine.io.TextFile;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.training.experiment.CurvePlot;
import org.logah.training.experiment.FolderPurpose;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/**
 * How many parameters a hypernetwork needs to predict layers of a width without copying pieces (LoGAH, figure 1): GHN-3's decoder has
 * that width itself, so its parameters grow with the cube of it; LoGAH's low-rank decoder has only its last layer's outputs grow.
 */
public final class HyperNetworkSizes {
    private static final List<Integer> WIDTHS = List.of(64, 128, 256, 512, 1024, 2048);
    private static final List<Variant> LOGAH = List.of(Variant.TINY, Variant.SMALL, Variant.BASE, Variant.LARGE);

    /**
     * The counts of one kind of hypernetwork.
     *
     * @param name what it is called
     * @param counts one for each of {@link #widths}
     */
    record Row(String name, List<Long> counts) {}

    private HyperNetworkSizes() {}

    /** {@return the widths that are counted} */
    static List<Integer> widths() { return WIDTHS; }

    /** {@return counts of each kind, from the shapes of all of its parameters; nothing is made} */
    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("GHN-3, 3 layers", WIDTHS.stream().map(w -> count(ghn3(w, 3))).toList()));
        rows.add(new Row("GHN-3, 12 layers", WIDTHS.stream().map(w -> count(ghn3(w, 12))).toList()));
        for (Variant v : LOGAH) {
            String name = "LoGAH-" + Character.toUpperCase(v.label().charAt(0)) + v.label().substring(1);
            rows.add(new Row(name, WIDTHS.stream().map(w -> count(logah(v, w))).toList()));
        }
        return rows;
    }

    private static long count(GhnConfig config) { return new HyperNetwork(config).parameterCount(); }

    private static GhnConfig ghn3(int width, int layers) {
        GhnConfig published = Variant.GHN3_T.config(Domain.VISION);
        ConvDecoder.Config decoder = (ConvDecoder.Config) published.decoder();
        return new GhnConfig(width, published.graph(), published.features(), new Graphormer.Config(8, layers),
                new ConvDecoder.Config(width, width, decoder.maxKernel(), decoder.window()), published.scaling());
    }

    private static GhnConfig logah(Variant variant, int width) {
        GhnConfig published = variant.config(Domain.VISION);
        LowRankDecoder.Config d = (LowRankDecoder.Config) published.decoder();
        return published.withDecoder(new LowRankDecoder.Config(d.rank(), 16 * width, width, width, 16, d.limit()));
    }

    /** {@return the counts as a table in Markdown} */
    public static String markdown() {
        StringBuilder s = new StringBuilder("# Parameters of a hypernetwork by the width that it can predict\n\n| |");
        WIDTHS.forEach(w -> s.append(' ').append(w).append(" |"));
        s.append("\n|---|").append("---:|".repeat(WIDTHS.size())).append('\n');
        for (Row row : rows()) {
            s.append("| ").append(row.name()).append(" |");
            row.counts().forEach(c -> s.append(String.format(Locale.ROOT, " %,d |", c)));
            s.append('\n');
        }
        s.append("\nGHN-3 has the width of what it predicts; LoGAH-Tiny to -Large keep their own of 64 to 256.\n");
        return s.toString();
    }

    /** {@return the counts as curves} */
    public static CurvePlot plot() {
        CurvePlot plot = new CurvePlot("Parameters of a hypernetwork by the width that it can predict",
                "width of the widest layer", "parameters").powersOfTen();
        double[] x = WIDTHS.stream().mapToDouble(w -> w).toArray();
        for (Row row : rows()) plot.add(row.name(), x, row.counts().stream().mapToDouble(Math::log10).toArray());
        return plot;
    }

    /**
     * Writes the table ({@code table.md}), the curves ({@code figure1.svg} and {@code .png}) and the counts ({@code experiment.json}).
     *
     * @param folder where to; it is made where there is none
     * @param command what made it; null where nobody typed one
     * @throws org.logah.engine.io.FileFormatException if the folder is of another experiment
     * @throws IOException if a file cannot be written
     */
    public static void write(Path folder, @Nullable String command) throws IOException {
        OutputFolder.create(folder);
        JsonObject purpose = new JsonObject();
        purpose.addProperty("name", PaperExperiment.FIGURE1.label());
        FolderPurpose.require(folder, FolderPurpose.PLAN, purpose);
        TextFile.write(folder.resolve("table.md"), markdown());
        Gson gson = new GsonBuilder().setPrettyPrinting().create();
        JsonObject counts = new JsonObject();
        rows().forEach(row -> counts.add(row.name(), gson.toJsonTree(row.counts())));
        JsonObject all = new JsonObject();
        if (command != null) all.addProperty("command", command);
        all.add("widths", gson.toJsonTree(WIDTHS));
        all.add("parameters", counts);
        TextFile.write(folder.resolve("experiment.json"), gson.toJson(all) + "\n");
        TextFile.write(folder.resolve("figure1.svg"), plot().svg());
        TextFile.write(folder.resolve("figure1.png"), plot().png());
    }
}
