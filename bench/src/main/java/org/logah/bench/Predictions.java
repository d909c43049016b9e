package org.logah.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.MemoryBudget;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/**
 * What it costs to predict each GPT-2 with each published hypernetwork: {@code logah bench predict}. Everything is computed,
 * nothing is kept or written; the code is warm. With {@code --save} the table goes into docs/performance.md.
 */
public final class Predictions {
    private static final List<String> VARIANTS = List.of("tiny", "small", "base", "large");
    private static final List<String> TARGETS = List.of("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl");
    private static final int RUNS = 3;

    private Predictions() {}

    /** @param args the project's folder, and {@code --save} */
    public static void main(String[] args) throws IOException {
        boolean save = args.length > 1 && args[1].equals("--save");
        if (args.length > (save ? 2 : 1)) {
            System.err.println("logah: bench predict: '" + args[save ? 2 : 1] + "' is not known; there is --save");
            System.exit(2);
        }
        StringBuilder table = new StringBuilder("| hypernetwork |");
        TARGETS.forEach(t -> table.append(' ').append(t).append(" |"));
        table.append("\n|---|").append("---:|".repeat(TARGETS.size())).append('\n');
        for (String encoder : List.of("graphormer", "gatedgnn")) {
            for (String variant : VARIANTS) table.append(row(variant, encoder));
        }
        System.out.println("\n" + table);
        if (save) {
            Path page = Path.of(args[0], "docs/performance.md");
            Files.writeString(page, Ratios.replaced(Files.readString(page), "predictions", table.toString()));
        }
    }

    private static String row(String variant, String encoder) {
        HyperNetwork network = new HyperNetwork(NamedVariant.parse(variant).config(Domain.LANGUAGE, encoder));
        StringBuilder row = new StringBuilder("| ").append(variant).append(", ").append(encoder).append(", ")
                .append(String.format(Locale.ROOT, "%.1fM", network.parameterCount() / 1e6)).append(" |");
        try (Device device = new CpuDevice()) {
            Parameters weights = network.initialized(device, new RandomStream(1));
            for (String name : TARGETS) {
                TargetNetwork target = ModelCatalog.parse(name);
                device.pool().trim();
                device.pool().resetPeak();
                long before = device.pool().report().peak();
                double best = Double.POSITIVE_INFINITY;
                for (int i = 0; i < RUNS; i++) best = Math.min(best, seconds(network, weights, target, device));
                String cell = String.format(Locale.ROOT, "%.2f s, %s", best,
                        MemoryBudget.format(device.pool().report().peak() - before));
                System.out.println(variant + ", " + encoder + ", " + name + ": " + cell);
                row.append(' ').append(cell).append(" |");
            }
        }
        System.gc(); // what lies outside the heap goes with its owners
        return row.append('\n').toString();
    }

    private static double seconds(HyperNetwork network, Parameters weights, TargetNetwork target, Device device) {
        long start = System.nanoTime();
        new StreamingPredictor(network, weights, device).predict(target, new RandomStream(1), (_, _, _) -> {}, _ -> {});
        return (System.nanoTime() - start) / 1e9;
    }
}
