package org.logah.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.bench.peers.Contestant.Operation;

/**
 * One workload on all contestants in turns, so that what else the machine does hits all alike; results are compared before
 * anything is timed.
 *
 * @param reached ours, in the workload's unit
 * @param memory bytes that ours needs, operands included; 0 where that was not measured
 * @param ratios each peer's time to ours (above 1: ours is faster), the median over rounds, and for whole steps its memory
 */
record Measurement(double reached, long memory, Map<String, Double> ratios) {
    private static final String MEMORY = "'s memory";
    private static final int ROUNDS = 11;
    private static final double SLICE = 0.03;
    /** Libraries keep their threads spinning for a while after a call; nobody is timed while another's still do. */
    private static final long PAUSE_MILLIS = 60;
    /** Relative to the largest element. */
    private static final double TOLERANCE = 1e-5;

    private record Runner(String name, Operation operation, long memory) {}

    /** The same without how fast a peer was. */
    Measurement withoutTimeOf(String peer) {
        Map<String, Double> others = new LinkedHashMap<>(ratios);
        others.remove(peer);
        return new Measurement(reached, memory, others);
    }

    /** Whether a ratio of {@link #ratios} is one of memory. */
    static boolean isOfMemory(String peer) { return peer.endsWith(MEMORY); }

    /**
     * The first of {@code contestants} is ours.
     *
     * @param weigh whether to measure memory; only of use in a process that has not yet run the like
     */
    static Measurement of(Workload workload, List<Contestant> contestants, boolean weigh) {
        List<Runner> runners = new ArrayList<>();
        try {
            float[] expected = new float[0];
            for (Contestant c : contestants) {
                Runner r = start(workload, c, weigh && ResidentMemory.isKnown());
                if (r == null) continue;
                if (runners.isEmpty()) expected = r.operation.result();
                else check(workload.name() + " by " + c.name(), expected, r.operation.result());
                runners.add(r);
            }
            return compare(workload, runners);
        } finally {
            runners.forEach(r -> r.operation.close());
        }
    }

    private static @Nullable Runner start(Workload workload, Contestant contestant, boolean weighs) {
        try {
            System.gc();
            long before = weighs ? ResidentMemory.restart() : 0;
            Operation operation = contestant.prepare(workload);
            if (operation == null) return null;
            for (int i = 0; i < workload.runsToCheck(); i++) operation.run();
            return new Runner(contestant.name(), operation, weighs ? ResidentMemory.peak() - before : 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Measurement compare(Workload workload, List<Runner> runners) {
        double[][] times = new double[runners.size()][ROUNDS];
        int[] repeats = runners.stream().mapToInt(r -> repeats(r.operation, workload.warmUp())).toArray();
        for (int round = 0; round < ROUNDS; round++)
            for (int i = 0; i < repeats.length; i++) {
                pause();
                Operation o = runners.get(i).operation;
                if (repeats[i] > 1) o.run(); // what the others left in the caches is not part of it
                times[i][round] = time(o, repeats[i]) / repeats[i];
            }
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (int i = 1; i < repeats.length; i++) {
            double[] each = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) each[round] = times[i][round] / times[0][round];
            ratios.put(runners.get(i).name, median(each));
            if (runners.get(i).memory > 0 && runners.getFirst().memory > 0)
                ratios.put(runners.get(i).name + MEMORY, (double) runners.get(i).memory / runners.getFirst().memory);
        }
        return new Measurement(workload.work() / median(times[0]), runners.getFirst().memory, ratios);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(String name, float[] expected, float[] actual) {
        if (actual.length == 0) return; // it only moves memory
        if (expected.length != actual.length) throw new IllegalStateException(name + ": another size");
        double scale = 0;
        for (float v : expected) scale = Math.max(scale, Math.abs(v));
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= TOLERANCE * scale))
                throw new IllegalStateException(name + ": element " + i + " is " + actual[i] + ", not " + expected[i]);
        }
    }

    /** How often to run for a slice of time, found while it warms up. */
    private static int repeats(Operation o, double warmUp) {
        double enough = System.nanoTime() / 1e9 + warmUp;
        int n = 1;
        double each = time(o, 1);
        while (System.nanoTime() / 1e9 < enough) {
            n = (int) Math.max(1, SLICE / each);
            each = time(o, n) / n;
        }
        return (int) Math.max(1, SLICE / each);
    }

    private static double time(Operation o, int repeats) {
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) o.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
