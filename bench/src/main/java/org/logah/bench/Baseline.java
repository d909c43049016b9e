package org.logah.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.cpu.Processor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.JsonFields;

import com.google.gson.GsonBuilder;

/**
 * Measured ratios, a table for each kind of processor: which of two programs is faster depends on the caches and on how much a core
 * multiplies at a time.
 */
public final class Baseline {
    private static final Pattern WIDTH = Pattern.compile("(.*), vector \\((\\d{1,6}) bits\\)");
    private final Map<String, Ratios> tables = new LinkedHashMap<>();

    /** {@return this machine's kind: its processor's name, its caches, and the width of its vectors} */
    public static String here() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            return Processor.here().describe() + ", " + device.kernels().name();
        }
    }

    /**
     * {@return what a file holds}
     *
     * @param file which {@link #write} wrote
     * @throws FileFormatException if there is no such file or it holds something else
     * @throws IOException if it cannot be read
     */
    public static Baseline read(Path file) throws IOException {
        try {
            Baseline baseline = new Baseline();
            JsonFields all = JsonFields.parse("", Utf8.read(file));
            for (String processor : all.keys()) baseline.tables.put(processor, Ratios.of(all.object(processor)));
            return baseline;
        } catch (FileFormatException e) {
            throw Files.exists(file) ? e : e.with("--save makes bench/baseline.json");
        } catch (TensorException e) {
            throw new FileFormatException(file, "holds no ratios: " + e.getMessage(), e);
        }
    }

    /**
     * Writes all tables.
     *
     * @param file where to
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        tables.forEach((processor, ratios) -> json.put(processor, ratios.values()));
        TextFile.write(file, new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json) + "\n");
    }

    /** {@return every kind of processor that was measured, in the order in which they were} */
    public Set<String> processors() {
        return tables.keySet();
    }

    /**
     * {@return what was measured on a kind of processor; nothing where none of it was there}
     *
     * @param processor as {@link #here} names it
     */
    public Ratios of(String processor) { return tables.getOrDefault(processor, new Ratios()); }

    /**
     * Takes over what was measured; points that were not stay.
     *
     * @param processor as {@link #here} names it
     * @param measured its ratios
     */
    public void put(String processor, Ratios measured) {
        tables.computeIfAbsent(processor, _ -> new Ratios()).putAll(measured);
    }

    /** {@return every point on every kind of processor, in Markdown} */
    public String table() {
        StringBuilder s = new StringBuilder();
        tables.forEach((processor, ratios) -> s.append(s.isEmpty() ? "" : "\n").append("### ").append(processor)
                .append("\n\n").append(ratios.table()));
        return s.toString();
    }

    /** {@return kinds of points on every kind of processor, in Markdown, but for processors that were held to narrower vectors} */
    public String summary() {
        StringBuilder s = new StringBuilder();
        tables.forEach((processor, ratios) -> {
            if (tables.keySet().stream().anyMatch(other -> isWiderThan(other, processor))) return;
            s.append(s.isEmpty() ? "" : "\n").append("On ").append(processor).append(":\n\n").append(ratios.summary());
        });
        return s.toString();
    }

    /** Whether one is the same processor as another that was held to narrower vectors. */
    private static boolean isWiderThan(String one, String other) {
        Matcher a = WIDTH.matcher(one);
        Matcher b = WIDTH.matcher(other);
        return a.matches() && b.matches() && a.group(1).equals(b.group(1))
                && Integer.parseInt(a.group(2)) > Integer.parseInt(b.group(2));
    }
}
