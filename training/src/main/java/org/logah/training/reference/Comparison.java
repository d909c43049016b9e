package org.logah.training.reference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.training.reference.Tolerances.Bound;

/**
 * Collects deviations by group. A tensor's deviation is {@code ||ours - theirs|| / ||theirs||}; beside it the largest single
 * element's, over the root mean square of theirs, so that one wrong number among many does not hide.
 */
public final class Comparison {
    private final Map<String, Group> groups = new LinkedHashMap<>();

    /** A comparison of nothing yet; only a {@link Verifier} fills one. */
    Comparison() {}

    /**
     * One group's outcome.
     *
     * @param name of the group, as {@code logits}
     * @param bound the largest deviations that pass
     * @param tensors how many tensors and other things were compared
     * @param error largest deviation of a tensor
     * @param outlier largest deviation of one element
     * @param worst where the largest deviation was, measured by what may be
     * @param numbers how many numbers the tensors hold
     * @param leftOut how many of them were not compared, since nothing can be said about them
     * @param mostLeftOut how many may be left out; with more, the rest says too little
     */
    public record Group(String name, Bound bound, int tensors, double error, double outlier, String worst, long numbers,
            long leftOut, long mostLeftOut) {
        /** {@return whether all deviations are within their bounds, and nearly all numbers were compared} */
        public boolean passed() {
            return used() <= 1 && leftOut <= mostLeftOut;
        }

        /** The largest deviation as a share of what may be; infinite where nothing may be. */
        double used() {
            return used(error, outlier, bound);
        }

        private static double used(double error, double outlier, Bound bound) {
            return Math.max(error == 0 ? 0 : error / bound.tensor(), outlier == 0 ? 0 : outlier / bound.element());
        }
    }

    /** {@return each group's outcome, in the order in which they were first compared} */
    public List<Group> groups() {
        return new ArrayList<>(groups.values());
    }

    /** {@return whether every group passed} */
    public boolean passed() {
        return groups.values().stream().allMatch(Group::passed);
    }

    /** Compares without a floor. */
    void tensor(String group, Bound bound, String name, float[] ours, float[] theirs) {
        tensor(group, bound, 0, name, ours, theirs);
    }

    /** @param floor this much of a difference's norm (and of one element's difference) counts as none */
    void tensor(String group, Bound bound, double floor, String name, float[] ours, float[] theirs) {
        if (ours.length != theirs.length) {
            add(group, bound, name, theirs.length, Double.POSITIVE_INFINITY, 0);
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
        add(group, bound, name, ours.length, excess == 0 ? 0 : excess / Math.sqrt(size),
                single == 0 ? 0 : single / rms);
    }

    /** Something that only one side has: right where it is zero, infinitely wrong otherwise. */
    void missing(String group, Bound bound, String name, float[] values) {
        boolean zero = true;
        for (float v : values) zero &= v == 0; // minus zero, too
        add(group, bound, name, values.length, zero ? 0 : Double.POSITIVE_INFINITY, 0);
    }

    /** Something that must be equal. */
    void exact(String group, String name, boolean equal) {
        add(group, Bound.EXACT, name, 1, equal ? 0 : Double.POSITIVE_INFINITY, 0);
    }

    /**
     * Says that some of a group's numbers were given the reference's value instead of being compared.
     *
     * @param most the largest share for which the group still passes
     */
    void leaveOut(String group, long count, double most) {
        groups.computeIfPresent(group, (_, g) -> new Group(g.name(), g.bound(), g.tensors(), g.error(), g.outlier(),
                g.worst(), g.numbers(), count, (long) (most * g.numbers())));
    }

    private void add(String group, Bound bound, String name, int numbers, double error, double outlier) {
        Group g = groups.getOrDefault(group, new Group(group, bound, 0, 0, 0, "", 0, 0, 0));
        groups.put(group,
                new Group(group, bound, g.tensors() + 1, Math.max(g.error(), error), Math.max(g.outlier(), outlier),
                        Group.used(error, outlier, bound) > g.used() ? name : g.worst(), g.numbers() + numbers,
                        g.leftOut(), g.mostLeftOut()));
    }
}
