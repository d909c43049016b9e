package org.logah.training.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FileIdentity;
import org.logah.engine.io.FileProblem;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;

import com.google.gson.JsonObject;

/**
 * Writes one row per step, as CSV ({@code .csv}) or JSON lines (any other name). A resumed run first drops rows from its next
 * step on, so that the file looks uninterrupted, and fills columns that older rows lack with empty values. If it has no file yet,
 * the first row creates it, so a run with nothing left to do leaves no empty file.
 */
public final class MetricsFile implements AutoCloseable {
    private static final List<String> FIRST = List.of("step", "loss", "validation");
    private static final List<String> LAST = List.of("gradient_norm", "learning_rate", "per_second");
    /** How a row begins, of either kind. */
    private static final Pattern STEP = Pattern.compile("(?:\\{\"step\":)?(\\d{1,9}),");
    private static final Pattern LOSS = Pattern.compile("\"loss\":([^,}]+)");
    private final List<String> columns = new ArrayList<>(FIRST);
    private final boolean csv;
    private final Former former;
    private final @Nullable Path file;
    private @Nullable BufferedWriter out;
    private @Nullable FileChannel opened;
    /** The system's own name of the file that is written. */
    private Optional<Object> key = Optional.empty();
    /** Steps before the first one that have no row. */
    private int lacking;

    /**
     * By which rows are known that are there already.
     *
     * @param lastLoss loss of the step before the run's next one, which that step's row must have; null if there was none or it is
     *        unknown
     * @param refusal what is said where the file may be another run's, unless it has a row for each step before and none that would
     *        go; null where it is this one's
     */
    public record Former(@Nullable Double lastLoss, @Nullable String refusal) {
        /** Nothing is known. */
        public static final Former UNKNOWN = new Former(null, null);
    }

    /**
     * Opens the file for the rows of a run.
     *
     * @param file null for none
     * @param firstStep the step that the run goes on with
     * @throws FileFormatException if it cannot be written, or the run goes on and it holds something else
     */
    public MetricsFile(@Nullable Path file, int firstStep) throws IOException {
        this(file, firstStep, List.of(), Former.UNKNOWN);
    }

    /**
     * Opens the file for the rows of a run that has further columns.
     *
     * @param file null for none
     * @param firstStep the step that the run goes on with
     * @param more columns beside those that all runs have
     * @param former by which rows are known that are there already
     * @throws FileFormatException if it cannot be written, or the run goes on and it holds something else
     */
    public MetricsFile(@Nullable Path file, int firstStep, List<String> more, Former former) throws IOException {
        this.former = former;
        this.file = file;
        columns.addAll(more);
        columns.addAll(LAST);
        csv = file != null && file.toString().endsWith(".csv");
        lacking = file == null ? 0 : firstStep;
        if (file != null && (!keepsRows(firstStep) || Files.exists(file))) out = open(file, firstStep);
    }

    /** Whether what is in the file is looked at, not replaced. */
    private boolean keepsRows(int firstStep) {
        return firstStep > 0 || former.refusal() != null;
    }

    private BufferedWriter open(Path file, int firstStep) throws IOException {
        try {
            StringBuilder kept = new StringBuilder();
            String before = "";
            if (keepsRows(firstStep) && Files.exists(file) && Files.size(file) > 0) {
                before = read(file);
                List<String> lines = whole(before);
                if (!lines.getFirst().startsWith(csv ? FIRST.getFirst() + "," : "{\"step\":"))
                    throw new FileFormatException(file, "holds no metrics of a training; choose another file");
                if (former.refusal() != null) requireWhole(file, lines, firstStep, former.refusal());
                if (csv && !lines.getFirst().equals(header())) lines = widened(file, lines);
                for (String line : lines) {
                    int step = step(line);
                    if (step >= firstStep) continue;
                    if (step == firstStep - 1) requireOwn(file, step, line);
                    kept.append(line).append(System.lineSeparator());
                    if (step >= 0) lacking--;
                }
            } else if (csv) {
                kept.append(header()).append(System.lineSeparator());
            }
            if (before.isEmpty() || !before.contentEquals(kept)) TextFile.write(file, kept.toString());
            opened = FileChannel.open(file, StandardOpenOption.APPEND);
            key = FileIdentity.of(file).flatMap(FileIdentity::key);
            return new BufferedWriter(Channels.newWriter(opened, StandardCharsets.UTF_8));
        } catch (FileFormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be written (" + FileProblem.of(e) + ")", e);
        }
    }

    /** The lines, without a last CSV line that has no end: the program was killed, and its last number may be cut off. */
    private List<String> whole(String text) {
        List<String> lines = text.lines().toList();
        return csv && lines.size() > 1 && !text.endsWith("\n") ? lines.subList(0, lines.size() - 1) : lines;
    }

    /** Refuses rows that may be another training's, if any of them would go or some are missing. */
    private static void requireWhole(Path file, List<String> lines, int firstStep, String refusal)
            throws FileFormatException {
        boolean json = lines.getFirst().startsWith("{");
        List<String> rows = json ? lines : lines.subList(1, lines.size());
        boolean allOfThem = rows.size() == firstStep
                && IntStream.range(0, firstStep).allMatch(step -> digits(rows.get(step)).equals("" + step));
        boolean cut = json && !rows.getLast().endsWith("}");
        if (!rows.isEmpty() && (!allOfThem || cut)) throw new FileFormatException(file, refusal);
    }

    /** A row's step; nothing where it is no row. */
    private static String digits(String row) {
        Matcher begin = STEP.matcher(row);
        return begin.lookingAt() ? begin.group(1) : "";
    }

    private static String read(Path file) throws IOException {
        try {
            return Utf8.read(file);
        } catch (FileFormatException e) {
            throw e.with("choose another file");
        }
    }

    /** Rows of a run that had fewer columns, such as one of an earlier version: what it did not know stays empty. */
    private List<String> widened(Path file, List<String> lines) throws FileFormatException {
        List<String> before = List.of(lines.getFirst().split(",", -1));
        if (!columns.containsAll(before) || Set.copyOf(before).size() < before.size())
            throw new FileFormatException(file, "has the columns " + lines.getFirst() + ", this run writes "
                    + header() + "; choose another file");
        List<String> wide = new ArrayList<>(List.of(header()));
        for (String line : lines.subList(1, lines.size())) {
            List<String> values = List.of(line.split(",", -1));
            if (values.size() != before.size()) continue; // cut off when the program was killed
            wide.add(columns.stream().map(c -> before.contains(c) ? values.get(before.indexOf(c)) : "")
                    .collect(Collectors.joining(",")));
        }
        return wide;
    }

    /** Refuses rows of another training, which would be cut and continued as this one's. */
    private void requireOwn(Path file, int step, String line) throws FileFormatException {
        Double lastLoss = former.lastLoss();
        if (lastLoss == null || !Double.isFinite(lastLoss)) return;
        Matcher json = LOSS.matcher(line);
        String said = csv ? line.split(",", -1)[1] : json.find() ? json.group(1) : "";
        if (!said.equals(lastLoss.toString()))
            throw new FileFormatException(file, "holds metrics of another training: its loss in step " + step + " is "
                    + said + ", this one's was " + lastLoss + "; choose another file");
    }

    private String header() { return String.join(",", columns); }

    /** A row's step, -1 for the header. A row that was cut off has a step that is never kept. */
    private int step(String line) {
        if (csv && line.startsWith(FIRST.getFirst())) return -1;
        boolean whole = csv ? line.split(",", -1).length == columns.size() : line.endsWith("}");
        String digits = digits(line);
        return whole && !digits.isEmpty() ? Integer.parseInt(digits) : Integer.MAX_VALUE;
    }

    /** {@return how many steps before the run's next one have no row, since the file was cut or was not written then} */
    public int lacking() {
        return lacking;
    }

    /**
     * Writes the row of one step, for all programs to see at once.
     *
     * @param step what came out of the step
     * @param validation the validation loss where one was measured before this step; else null
     * @param more what there is in further columns
     * @param perSecond items in a second since the run began
     * @throws FileFormatException if it cannot be written
     */
    public void row(TrainingStep step, @Nullable Double validation, Map<String, Double> more, double perSecond)
            throws IOException {
        if (file == null) return;
        if (opened != null) requireThere(file, opened, step.index());
        if (out == null) out = open(file, step.index());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", step.loss());
        if (validation != null) values.put("validation", validation);
        values.putAll(more);
        values.put("gradient_norm", step.gradientNorm());
        values.put("learning_rate", step.learningRate());
        values.put("per_second", perSecond);
        try {
            out.write(csv ? csv(step.index(), values) : json(step.index(), values));
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be written (" + FileProblem.of(e) + ")",
                    e);
        }
    }

    /** Begins anew where somebody removed the file, with the rows of all steps before, and refuses what took its place. */
    private void requireThere(Path file, FileChannel written, int step) throws IOException {
        FileIdentity now = FileIdentity.of(file).orElse(null);
        if (now == null) {
            close();
            out = null;
            lacking = step;
        } else if (!now.key().equals(key) && now.size() != written.size()) { // network file systems change keys, but no sizes
            throw new FileFormatException(file, "has been replaced by another program while this one was training; "
                    + "move it away, or choose another file");
        }
    }

    /** Values that are missing stay empty. */
    private String csv(int step, Map<String, Double> values) {
        StringBuilder line = new StringBuilder(Integer.toString(step));
        for (String column : columns.subList(1, columns.size())) {
            Double v = values.get(column);
            line.append(',').append(v == null ? "" : v.toString());
        }
        return line.toString();
    }

    /** What is not a number is null, since JSON has no word for it. */
    private static String json(int step, Map<String, Double> values) {
        JsonObject o = new JsonObject();
        o.addProperty("step", step);
        values.forEach((name, v) -> o.addProperty(name, Double.isFinite(v) ? v : null));
        return o.toString();
    }

    @Override
    public void close() throws IOException { if (out != null) out.close(); }
}
