package org.logah.training.reference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects deviations by group. A tensor's deviation is {@code ||ours - theirs|| / ||theirs||}; beside it the largest single
 * element's, over the root mean square of theirs, so that one wrong number among many does not hide.
 */
public final class Comparison {
    /** How much larger than the group's tolerance one element's deviation may be. */
    static final double OUTLIER = 30;

    private final Map<String, Group> groups = new LinkedHashMap<>();

    /**
     * One group's outcome.
     *
     * @param tolerance 0 demands exactness
     * @param error largest deviation of a tensor
     * @param outlier largest deviation of one element
     * @param worst where the largest deviation was
     */
    public record Group(String name, double tolerance, int tensors, double error, double outlier, String worst) {
        public boolean passed() { return error <= tolerance && outlier <= OUTLIER * tolerance; }
    }

    public List<Group> groups() { return new ArrayList<>(groups.values()); }

    public boolean passed() { return groups.values().stream().allMatch(Group::passed); }

    /** Compares without a floor. */
    void tensor(String group, double tolerance, String name, float[] ours, float[] theirs) {
        tensor(group, tolerance, 0, name, ours, theirs);
    }

    /** @param floor this much of a difference's norm (and of one element's difference) counts as none */
    void tensor(String group, double tolerance, double floor, String name, float[] ours, float[] theirs) {
        if (ours.length != theirs.length) {
            add(group, tolerance, name, Double.POSITIVE_INFINITY, 0);
            return;
        }
        double difference = 0;
        double size = 0;
        double largest = 0;
        for (int i = 0; i < ours.length; i++) {
            double d = (double) ours[i] - theirs[i];
            difference += d * d;
            size += (double) theirs[i] * theirs[i];
            largest = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(largest, Math.abs(d));
        }
        double excess = Double.isNaN(difference)
                ? Double.POSITIVE_INFINITY
                : Math.max(0, Math.sqrt(difference) - floor);
        double single = Math.max(0, largest - floor);
        double rms = Math.sqrt(size / Math.max(1, ours.length));
        add(group, tolerance, name, excess == 0 ? 0 : excess / Math.sqrt(size), single == 0 ? 0 : single / rms);
    }

    /** Something that must be equal. */
    void exact(String group, String name, boolean equal) {
        add(group, 0, name, equal ? 0 : Double.POSITIVE_INFINITY, 0);
    }

    private void add(String group, double tolerance, String name, double error, double outlier) {
        Group g = groups.getOrDefault(group, new Group(group, tolerance, 0, 0, 0, ""));
        boolean worse = error > g.error() || outlier / OUTLIER > Math.max(g.error(), g.outlier() / OUTLIER);
        groups.put(group,
                new Group(group, tolerance, g.tensors() + 1, Math.max(g.error(), error), Math.max(g.outlier(), outlier),
                        worse ? name : g.worst()));
    }
}
