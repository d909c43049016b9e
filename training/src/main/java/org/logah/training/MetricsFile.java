package org.logah.training;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;

import com.google.gson.JsonObject;

/**
 * One row per step, as CSV ({@code .csv}) or JSON lines (any other name). A resumed run drops rows from the step it goes on
 * with, so that the file reads as if nothing had happened.
 */
public final class MetricsFile implements AutoCloseable {
    private static final List<String> COLUMNS = List.of("step", "loss", "validation", "gradient_norm", "learning_rate",
            "per_second");
    private final boolean csv;
    private final @Nullable BufferedWriter out;

    /** @param file null for none */
    public MetricsFile(@Nullable Path file, int firstStep) throws IOException {
        csv = file != null && file.toString().endsWith(".csv");
        out = file == null ? null : open(file, firstStep);
    }

    private BufferedWriter open(Path file, int firstStep) throws IOException {
        List<String> kept = new ArrayList<>();
        if (firstStep > 0 && Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (step(line) < firstStep) kept.add(line);
            }
        } else if (csv) {
            kept.add(String.join(",", COLUMNS));
        }
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(partial, kept, StandardCharsets.UTF_8);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be written (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private int step(String line) {
        String digits = csv
                ? line.substring(0, Math.max(0, line.indexOf(',')))
                : line.replaceFirst(".*\"step\":(\\d+).*", "$1");
        return digits.matches("\\d+") ? Integer.parseInt(digits) : -1;
    }

    /** Writes one row; values that are missing stay empty. */
    public void row(int step, Map<String, Double> values) throws IOException {
        if (out == null) return;
        if (csv) {
            StringBuilder line = new StringBuilder(Integer.toString(step));
            for (String column : COLUMNS.subList(1, COLUMNS.size())) {
                Double v = values.get(column);
                line.append(',').append(v == null ? "" : v.toString());
            }
            out.write(line.toString());
        } else {
            JsonObject o = new JsonObject();
            o.addProperty("step", step);
            values.forEach(o::addProperty);
            out.write(o.toString());
        }
        out.newLine();
        out.flush();
    }

    @Override
    public void close() throws IOException { if (out != null) out.close(); }
}
