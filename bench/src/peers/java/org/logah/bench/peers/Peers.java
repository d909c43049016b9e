package org.logah.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.bench.Baseline;
import org.logah.bench.Ratios;
import org.logah.engine.MemoryBudget;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ours beside its peers, with the same operands, on the same threads, in one process. */
@Command(name = "logah bench peers", mixinStandardHelpOptions = true, description = {
        "Compares our kernels and whole training steps with OpenBLAS and PyTorch.",
        "A ratio is a peer's time to ours: above 1, ours is faster."})
public final class Peers implements Callable<Integer> {
    /** A point that falls by more than this share, twice, is reported. */
    private static final double LOSS = 0.1;

    private final String processor = Baseline.here();

    @Option(names = "--threads", split = ",", paramLabel = "N", description = "Numbers of threads, 1,2 by default.")
    private List<Integer> threads = List.of(1, 2);

    @Option(names = "--only", paramLabel = "TEXT", description = "Only points whose name contains this text.")
    private String only = "";

    @Option(names = "--save", description = "Keep the ratios in the baseline, and bring the tables of README.md and docs/performance.md up to date.")
    private boolean save;

    @Option(names = "--against", paramLabel = "FILE", description = "Report every point that lost more than 10%% since then; 'baseline' is the project's own.")
    private @Nullable String against;

    @Option(names = "--home", hidden = true, paramLabel = "DIR", description = "The project's folder.")
    private Path home = Path.of("");

    /** @param args see {@code --help} */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Peers()).setExecutionExceptionHandler((e, command, _) -> {
            if (!(e instanceof IOException)) throw e;
            command.getErr().println("logah: " + e.getMessage());
            return 1;
        }).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Ratios before = before();
        Ratios now = new Ratios();
        List<Workload> suite = Suite.all().stream().filter(w -> w.name().contains(only)).toList();
        if (suite.isEmpty()) throw new IOException("--only '" + only + "': no point has that in its name");
        System.out.println(processor);
        Limits limits = Limits.measured();
        System.out.println(limits);
        List<Ratios.Loss> lost = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) lost.addAll(run(threads.get(i), i == 0, suite, before, now, limits));
        if (save) System.out.println("saved in " + baseline());
        if (against == null) return 0;
        System.out.printf(Locale.ROOT, "%n%d points lost more than %.0f%%%n", lost.size(), 100 * LOSS);
        lost.forEach(l -> System.out.println("  " + l));
        return lost.isEmpty() ? 0 : 1;
    }

    /** What this kind of processor reached before. */
    private Ratios before() throws IOException {
        if (against == null) return new Ratios();
        Baseline file = Baseline.read(against.equals("baseline") ? baseline() : Path.of(against));
        if (!file.processors().contains(processor))
            System.out.println("nothing to compare with: the baseline has " + String.join("; ", file.processors())
                    + "; --save adds this machine's");
        return file.of(processor);
    }

    private Path baseline() { return home.resolve("bench/baseline.json"); }

    private List<Ratios.Loss> run(int threads, boolean first, List<Workload> suite, Ratios before, Ratios now, Limits limits)
            throws IOException {
        PyTorch torch = new PyTorch(threads);
        double most = threads * limits.multiplications();
        List<Contestant> contestants = contestants(threads, first, torch);
        // Only a process that has not computed yet tells what a step needs.
        boolean weighs = first && suite.getFirst() instanceof Workload.Step;
        if (!weighs) leaveOutSlowProducts(torch, most);
        System.out.printf(Locale.ROOT, "%n%d %s; ratio: a peer's time to ours%n", threads,
                threads == 1 ? "thread" : "threads");
        List<Ratios.Loss> lost = new ArrayList<>();
        for (Workload w : suite) {
            boolean weigh = weighs && w == suite.getFirst();
            Measurement m = Measurement.of(w, contestants, weigh);
            if (weigh && leaveOutSlowProducts(torch, most)) m = m.withoutTimeOf(torch.name());
            List<Ratios.Loss> mine = report(threads, w, m, before, now);
            // Another program's burst is not a loss: what seems slower is measured once more.
            if (!mine.isEmpty()) {
                // Memory is not weighed again: what was lost of it stays lost.
                mine.stream().filter(loss -> Measurement.isOfMemory(loss.peer())).forEach(lost::add);
                mine = report(threads, w, Measurement.of(w, contestants, false), before, now);
            }
            lost.addAll(mine);
            if (save) save(now); // point by point: an interrupted run keeps what it measured
        }
        contestants.forEach(Contestant::close);
        return lost;
    }

    private static boolean leaveOutSlowProducts(PyTorch torch, double most) {
        double reached = torch.leaveOutSlowProducts(most);
        if (Double.isNaN(reached)) return false;
        System.out.printf(Locale.ROOT, "left out: PyTorch's products, attention and steps (%s, %.0f of %.0f GFLOP/s)%n",
                torch.path(), reached, most);
        return true;
    }

    private static List<Ratios.Loss> report(int threads, Workload w, Measurement m, Ratios before, Ratios now) {
        StringBuilder line = new StringBuilder(
                String.format(Locale.ROOT, "%-52s %8.1f %-8s", w.name(), m.reached(), w.unit()));
        if (m.memory() > 0) line.append("  ").append(MemoryBudget.format(m.memory()));
        Ratios mine = new Ratios();
        m.ratios().forEach((peer, ratio) -> {
            line.append(String.format(Locale.ROOT, "  %s %.2f", peer, ratio));
            mine.put(threads, w.name(), peer, ratio);
            now.put(threads, w.name(), peer, ratio);
        });
        System.out.println(line);
        return mine.lossesSince(before, LOSS);
    }

    private static List<Contestant> contestants(int threads, boolean says, PyTorch torch) {
        List<Contestant> all = new ArrayList<>(List.of(new Ours(threads)));
        try {
            OpenBlas blas = new OpenBlas(threads);
            if (says) System.out.println(blas.name() + ": " + blas.path());
            if (!blas.slow()) all.add(blas);
            else System.out.println("left out: OpenBLAS (" + blas.path() + ", which do not use this processor's vectors)");
        } catch (IllegalArgumentException e) {
            System.out.println("skipped: OpenBLAS (libopenblas.so.0 is not installed)");
        }
        if (says) System.out.println(torch.name() + ": " + torch.path());
        all.add(torch);
        all.add(new MemoryCopy(threads));
        return all;
    }

    /** A part that was measured replaces its own points only. */
    private void save(Ratios measured) throws IOException {
        Path file = baseline();
        Baseline all = Files.exists(file) ? Baseline.read(file) : new Baseline();
        all.put(processor, measured);
        all.write(file);
        rewrite(home.resolve("README.md"), all.summary());
        rewrite(home.resolve("docs/performance.md"), all.table());
    }

    private static void rewrite(Path page, String table) throws IOException {
        Files.writeString(page, Ratios.replaced(Files.readString(page), "ratios", table));
    }
}
