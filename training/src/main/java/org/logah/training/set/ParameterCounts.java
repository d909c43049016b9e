package org.logah.training.set;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.logah.engine.TensorException;
import org.logah.models.TargetNetwork;

/** How many parameters the architectures of a set have, as the figures of LoGAH show its sets. */
public final class ParameterCounts {
    private static final int BINS = 20;
    private static final int BAR = 50;
    private static final double MILLION = 1e6;
    private static final double THOUSAND = 1e3;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 60;
    private static final int RIGHT = 20;
    private static final int TOP = 60;
    private static final int BOTTOM = 50;
    private final long[] counts;
    private final int[] bins = new int[BINS];
    private final double unit;

    /**
     * The counts of networks.
     *
     * @param networks at least one
     * @throws TensorException if there is none
     */
    public ParameterCounts(List<TargetNetwork> networks) {
        if (networks.isEmpty()) throw new TensorException("no architectures, so no numbers of parameters");
        counts = networks.stream().mapToLong(TargetNetwork::parameterCount).sorted().toArray();
        unit = counts[counts.length - 1] >= MILLION ? MILLION : THOUSAND;
        for (long count : counts) bins[bin(count)]++;
    }

    private long least() { return counts[0]; }

    private long most() { return counts[counts.length - 1]; }

    private int bin(long count) {
        if (most() == least()) return 0;
        return (int) Math.min(BINS - 1, (double) (count - least()) / (most() - least()) * BINS);
    }

    /** Where a bin begins, in parameters. */
    private double edge(int bin) {
        return least() + (double) (most() - least()) * bin / BINS;
    }

    /** {@return mean and standard deviation, the least and the most, as {@code 4.75 ± 2.22M (1.21..9.60M)}} */
    public String summary() {
        double mean = Arrays.stream(counts).average().orElse(0);
        double variance = Arrays.stream(counts).mapToDouble(c -> (c - mean) * (c - mean)).average().orElse(0);
        return String.format(Locale.ROOT, "%.2f \u00b1 %.2f%s (%.2f..%.2f%s)", mean / unit, Math.sqrt(variance) / unit,
                letter(), least() / unit, most() / unit, letter());
    }

    private String letter() { return unit == MILLION ? "M" : "K"; }

    /** {@return a histogram in lines of text, from the least to the most} */
    public String text() {
        int highest = Arrays.stream(bins).max().orElse(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < BINS; i++) {
            text.append(String.format(Locale.ROOT, "%8.2f%s %5d ", edge(i) / unit, letter(), bins[i]));
            text.repeat('#', (int) Math.ceil((double) bins[i] * BAR / highest)).append(System.lineSeparator());
        }
        return text.toString();
    }

    /**
     * {@return the histogram as an SVG picture}
     *
     * @param title above it
     */
    public String svg(String title) {
        int highest = Arrays.stream(bins).max().orElse(1);
        int step = Math.max(1, (int) niceStep(highest));
        int top = (highest + step - 1) / step * step;
        int plotWidth = WIDTH - LEFT - RIGHT;
        int plotHeight = HEIGHT - TOP - BOTTOM;
        StringBuilder s = new StringBuilder();
        s.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT));
        text(s, title, LEFT, 26, 15, "start", "#222222");
        text(s, summary(), LEFT, 46, 12, "start", "#555555");
        for (int v = 0; v <= top; v += step) {
            double y = TOP + plotHeight * (1 - (double) v / top);
            s.append(String.format(Locale.ROOT, "<path d=\"M%d %.1f L%d %.1f\" stroke=\"#dddddd\"/>%n", LEFT, y,
                    WIDTH - RIGHT, y));
            text(s, Integer.toString(v), LEFT - 8, y + 4, 11, "end", "#555555");
        }
        double slot = (double) plotWidth / BINS;
        for (int i = 0; i < BINS; i++) {
            double height = (double) plotHeight * bins[i] / top;
            s.append(String.format(Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#3f5fa8\"/>%n",
                    LEFT + i * slot + 1, TOP + plotHeight - height, slot - 2, height));
        }
        for (int i = 0; i <= BINS; i += BINS / 5)
            text(s, String.format(Locale.ROOT, "%.2f", edge(i) / unit), LEFT + i * slot, HEIGHT - BOTTOM + 18, 11,
                    "middle", "#555555");
        text(s, unit == MILLION ? "parameters, millions" : "parameters, thousands", LEFT + plotWidth / 2.0,
                HEIGHT - 12, 12, "middle", "#222222");
        return s.append("</svg>\n").toString();
    }

    private static double niceStep(double span) {
        double raw = span / 5;
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(raw, 1e-9))));
        double leading = raw / power;
        return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
    }

    private static void text(StringBuilder s, String text, double x, double y, int size, String anchor, String colour) {
        s.append(String.format(Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>%n", x, y,
                size, colour, anchor, text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
