package org.logah.cli.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.logah.models.TargetNetwork;
import org.logah.training.inspection.StartInspection;
import org.logah.training.inspection.StartInspection.Group;
import org.logah.training.inspection.StartInspection.Matrix;

/** What {@code inspect} prints, in 80 columns for the models that have names of their own. */
final class InspectionReport {
    private static final int WIDTH = 80;
    /** A block's tensors begin with its name and number: {@code transformer.h.11.}. */
    private static final Pattern BLOCK = Pattern.compile("(.*?\\d+\\.)(.*)");
    private static final String INDENT = "  ";

    private InspectionReport() {}

    /** Prints tensors, groups, the residual stream, and what speaks against the start. */
    static void print(TargetNetwork network, StartInspection found, PrintWriter out) {
        out.printf(Locale.ROOT, "%s%n%n", network.describe());
        matrices(found.matrices(), out);
        groups(found.groups(), out);
        stream(found, out);
        out.println();
        if (found.warnings().isEmpty()) out.println("Nothing speaks against training from it.");
        for (String w : found.warnings()) out.println("Warning: " + w + ".");
        for (String n : found.notes()) out.println("Note: " + n + ".");
    }

    private static void matrices(List<Matrix> matrices, PrintWriter out) {
        out.println("std: standard deviation; own std: that of the model's own random start;");
        out.println("top sv: largest singular value; rank: stable rank; names without 'weight'");
        out.println();
        int names = matrices.stream().mapToInt(m -> name(m).length()).max().orElse(0);
        int shapes = matrices.stream().mapToInt(m -> m.shape().toString().length()).max().orElse(0);
        String columns = "%-" + names + "s %-" + shapes + "s%8s%8s%8s%8s%5s%n";
        out.printf(columns, "tensor", "shape", "std", "own std", "ratio", "top sv", "rank");
        String block = "";
        for (Matrix m : matrices) {
            String now = block(m);
            if (!now.equals(block) && !now.isEmpty()) out.println(now);
            block = now;
            out.printf(columns, name(m), m.shape(), number(m.deviation()), number(m.own()),
                    number(m.deviation() / m.own()), number(m.largest()),
                    String.format(Locale.ROOT, m.stableRank() < 99.95 ? "%.1f" : "%.0f", m.stableRank()));
        }
    }

    private static String block(Matrix m) {
        Matcher parts = BLOCK.matcher(m.name());
        return parts.matches() ? parts.group(1) : "";
    }

    private static String name(Matrix m) {
        String block = block(m);
        return (block.isEmpty() ? "" : INDENT) + m.name().substring(block.length()).replaceFirst("[._]weight$", "");
    }

    /** Three digits in at most seven characters; a tensor that the model starts with zeros has no ratio to them. */
    private static String number(double n) {
        if (n == 0) return "0";
        if (!Double.isFinite(n)) return "-";
        if (!(n >= 1e-3 && n < 9999.5)) return String.format(Locale.ROOT, "%.1e", n);
        int before = (int) Math.floor(Math.log10(n));
        return String.format(Locale.ROOT, "%." + Math.max(0, 2 - before) + "f", n);
    }

    private static void groups(List<Group> groups, PrintWriter out) {
        if (groups.isEmpty()) return;
        int shapes = groups.stream().mapToInt(g -> g.shape().toString().length()).max().orElse(0);
        String columns = "%-" + shapes + "s %8s %21s%n";
        out.println();
        out.printf(columns, "shape", "tensors", "mean absolute cosine");
        for (Group g : groups)
            out.printf(columns, g.shape(), g.count(), String.format(Locale.ROOT, "%.3f", g.similarity()));
    }

    private static void stream(StartInspection found, PrintWriter out) {
        if (found.stream().isEmpty()) return;
        out.printf(Locale.ROOT,
                "%nThe residual stream is %.4g in front of the first block.%nEach block adds, relative to it:%n",
                found.stream().getFirst());
        StringBuilder line = new StringBuilder(INDENT);
        for (double part : found.added()) {
            String next = String.format(Locale.ROOT, " %.3g", part);
            if (line.length() + next.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(INDENT);
            }
            line.append(next);
        }
        out.println(line);
    }
}
