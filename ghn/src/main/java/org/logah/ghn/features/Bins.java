package org.logah.ghn.features;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Sorted representative numbers; a value is embedded as the nearest of them. One extra row stands for "no parameter". */
final class Bins {
    private final int[] values;

    private Bins(SortedSet<Integer> values) { this.values = values.stream().mapToInt(Integer::intValue).toArray(); }

    /** Numbers of channels: those that both domains have, the classes, and for language models vocabularies. */
    static Bins channels(FeatureConfig config) {
        TreeSet<Integer> v = new TreeSet<>(List.of(1, 3, config.classes()));
        for (int c = 8; c <= 56; c += 8) v.add(c);
        for (int c = 64; c <= 4080; c += 16) v.add(c);
        for (int c = 4096; c <= 8192; c += 32) v.add(c);
        v.addAll(config.domain().vocabularies());
        return new Bins(v);
    }

    /** Sides of kernels, to the largest that the decoder emits. */
    static Bins kernels(int maxKernel) {
        TreeSet<Integer> v = new TreeSet<>(List.of(14, 16));
        for (int k = 1; k < Math.max(12, maxKernel); k += 2) v.add(k);
        return new Bins(v);
    }

    /** Number of rows of the embedding table, the extra one included. */
    int rows() { return values.length + 1; }

    /** The row for nodes without a parameter. */
    int none() { return values.length; }

    /** Channel numbers 4 to 7 read as 8. */
    int channel(int value) {
        return nearest(value > 3 && value < 8 ? 8 : value);
    }

    /** A side of 2 reads as 3. */
    int kernel(int value) { return nearest(value == 2 ? 3 : value); }

    /** The nearest bin, the lower on a tie. */
    private int nearest(int value) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) best = i;
        }
        return best;
    }
}
