package org.logah.training.architectures;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import org.logah.engine.TensorException;
import org.logah.models.TargetNetwork;
import org.logah.training.plot.Histogram;

/** How many parameters the architectures of a set have, as the figures of LoGAH show its sets. */
public final class ParameterCounts {
    private static final int BINS = 20;
    private static final int BAR = 50;
    private static final double MILLION = 1e6;
    private static final double THOUSAND = 1e3;
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
        return new Histogram(title, summary(), unit == MILLION ? "parameters, millions" : "parameters, thousands",
                Arrays.stream(bins).boxed().toList(),
                IntStream.rangeClosed(0, BINS).mapToObj(i -> edge(i) / unit).toList()).svg();
    }
}
