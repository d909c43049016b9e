package org.logah.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.logah.bench.peers.Contestant.Operation;
import org.logah.bench.peers.Contestant.RowOperation;
import org.logah.engine.Kernels.Product;
import org.logah.engine.random.RandomStream;

/**
 * Ours beside its peers: same operands, same threads, one process, in turns, so that what else the machine does hits all
 * alike. Results are compared before anything is timed. Prints the ratio of a peer's time to ours (above 1: ours is faster),
 * the median over rounds.
 */
public final class Peers {
    private static final int ROUNDS = 11;
    /** Libraries keep their threads spinning for a while after a call; nobody is timed while another's still do. */
    private static final long PAUSE_MILLIS = 60;
    private static final double SLICE = 0.03;
    private static final int[][] SHAPES = {{256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
            {1024, 1152, 384}, {1024, 1536, 384}, {1024, 3072, 768}, {1024, 768, 3072}, {4096, 1536, 384},
            {4096, 64, 384}, {64, 4096, 384}};
    private static final int[][] ROWS = {{1024, 384}, {4096, 768}, {256, 50257}};

    private final List<Contestant> all = new ArrayList<>();
    private final String part;

    private Peers(int threads, String part) {
        this.part = part;
        all.add(new Ours(threads));
        try {
            all.add(new OpenBlas(threads));
        } catch (IllegalArgumentException e) {
            System.out.println("skipped: OpenBLAS (libopenblas.so.0 is not installed)");
        }
        all.add(new PyTorch(threads));
    }

    /** @param args the number of threads, all processors by default; and a part of the names of what to run */
    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : Runtime.getRuntime().availableProcessors();
        Peers peers = new Peers(threads, args.length > 1 ? args[1] : "");
        System.out.printf(Locale.ROOT, "%d threads, %d rounds; ratio: a peer's time to ours%n%n%-34s %10s", threads,
                ROUNDS, "", "ours");
        peers.all.stream().skip(1).forEach(c -> System.out.printf("%12s", c.name()));
        System.out.println();
        for (int[] s : SHAPES) {
            for (int kind = 0; kind < 3; kind++) {
                Product p = new Product(1, s[0], s[1], s[2], kind == 2, kind == 1, false);
                peers.product(p);
            }
        }
        peers.product(new Product(24, 256, 256, 64, false, true, false));
        for (int[] s : ROWS) for (RowOperation o : RowOperation.values()) peers.rows(o, s[0], s[1]);
        peers.all.forEach(Contestant::close);
    }

    private static float[] random(RandomStream r, long n) {
        float[] out = new float[Math.toIntExact(n)];
        for (int i = 0; i < out.length; i++) out[i] = (float) (2 * r.nextDouble() - 1);
        return out;
    }

    private void product(Product p) {
        RandomStream r = new RandomStream(p.hashCode());
        float[] a = random(r, (long) p.batch() * p.m() * p.k());
        float[] b = random(r, (long) p.batch() * p.k() * p.n());
        String name = (p.batch() > 1 ? p.batch() + " of " : "") + p.m() + " x " + p.n() + " x " + p.k()
                + (p.transposeA() ? " A^T" : "") + (p.transposeB() ? " B^T" : "");
        if (!("product " + name).contains(part)) return;
        compare("product " + name, all.stream().map(c -> c.product(p, a, b)).toList(),
                2e-9 * p.batch() * p.m() * p.n() * p.k(), "GFLOP/s");
    }

    private void rows(RowOperation o, int rows, int width) {
        float[] x = random(new RandomStream(rows), (long) rows * width);
        String name = o.name().toLowerCase(Locale.ROOT) + " " + rows + " x " + width;
        if (!name.contains(part)) return;
        compare(name,
                all.stream().map(c -> c.rows(o, rows, width, x)).toList(), 8e-9 * rows * width, "GB/s");
    }

    private static void compare(String name, List<Operation> operations, double work, String unit) {
        List<Operation> there = operations.stream().filter(o -> o != Operation.NONE).toList();
        double[][] times = new double[there.size()][ROUNDS];
        int[] repeats = new int[there.size()];
        there.getFirst().run();
        float[] expected = there.getFirst().result();
        for (int i = 0; i < there.size(); i++) {
            there.get(i).run();
            check(name, expected, there.get(i).result());
            repeats[i] = repeats(there.get(i));
        }
        for (int round = 0; round < ROUNDS; round++)
            for (int i = 0; i < there.size(); i++) {
                pause();
                there.get(i).run();
                times[i][round] = time(there.get(i), repeats[i]) / repeats[i];
            }
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-34s %6.1f %s", name,
                work / median(times[0]), unit));
        for (int i = 1; i < operations.size(); i++) {
            int at = there.indexOf(operations.get(i));
            if (at < 0) {
                line.append(String.format("%12s", "-"));
                continue;
            }
            double[] ratios = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) ratios[round] = times[at][round] / times[0][round];
            line.append(String.format(Locale.ROOT, "%12.2f", median(ratios)));
        }
        System.out.println(line);
        there.forEach(Operation::close);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(String name, float[] expected, float[] actual) {
        if (expected.length != actual.length) throw new IllegalStateException(name + ": another size");
        double scale = 0;
        for (float v : expected) scale = Math.max(scale, Math.abs(v));
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= 1e-5 * scale))
                throw new IllegalStateException(name + ": element " + i + " is " + expected[i] + " and " + actual[i]);
        }
    }

    /** How often to run for a slice of time, found while it warms up. */
    private static int repeats(Operation o) {
        double enough = System.nanoTime() / 1e9 + 0.3;
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
