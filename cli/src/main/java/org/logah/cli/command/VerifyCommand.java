package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.training.reference.Comparison;
import org.logah.training.reference.Tolerances;
import org.logah.training.reference.Verifier;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Recomputes files of reference numbers and says how far off the results are. */
@Command(name = "verify", mixinStandardHelpOptions = true, description = {"Recomputes files of reference numbers.", "",
        "A file holds a hypernetwork or a starting point, and what the reference computed from it. Everything is computed again; "
                + "each group shows its largest relative error. Exits with 1 where one is past its tolerance.",
        ""})
public final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of kind vit, gpt2, llama, gpt2-train, llama-train or ghn-train.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        boolean passed = true;
        JsonArray all = new JsonArray();
        try (Device device = devices.open()) {
            Verifier verifier = new Verifier(device, device.isHost() ? Tolerances.CPU : Tolerances.ACCELERATOR);
            for (Path file : files) {
                Comparison c = verifier.verify(file);
                passed &= c.passed();
                if (json) all.add(toJson(file, c));
                else print(file, c, device);
            }
            devices.report(device, spec);
        }
        if (json) spec.commandLine().getOut().println(all);
        return passed ? 0 : 1;
    }

    private void print(Path file, Comparison c, Device device) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s (%s, %s kernels): %s%n", file, device.name(), device.kernels().name(),
                c.passed() ? "passed" : "FAILED");
        for (Comparison.Group g : c.groups()) {
            out.printf(Locale.ROOT, "  %-28s %9s of %7s  %s%s%n", g.name(), error(g.error()),
                    g.bound().equals(Tolerances.Bound.EXACT) ? "exact" : error(g.bound().tensor()),
                    g.passed() ? "ok" : "FAILED" + fault(g), leftOut(g));
        }
    }

    private static String fault(Comparison.Group g) {
        if (g.error() > g.bound().tensor()) return ": " + g.worst();
        if (g.outlier() <= g.bound().element())
            return String.format(Locale.ROOT, ": at most %,d numbers may be left out", g.mostLeftOut());
        return String.format(Locale.ROOT, ": %s (one number is off by %.1e of the tensor's root mean square)",
                g.worst(),
                g.outlier());
    }

    private static String leftOut(Comparison.Group g) {
        return g.leftOut() == 0
                ? ""
                : String.format(Locale.ROOT, ", without %,d of %,d numbers, whose gradients were too small for Adam",
                        g.leftOut(), g.numbers());
    }

    private static String error(double e) { return e == 0 ? "0" : String.format(Locale.ROOT, "%.1e", e); }

    private static JsonObject toJson(Path file, Comparison c) {
        JsonObject o = new JsonObject();
        o.addProperty("file", file.toString());
        o.addProperty("passed", c.passed());
        JsonArray groups = new JsonArray();
        for (Comparison.Group g : c.groups()) {
            JsonObject e = new JsonObject();
            e.addProperty("group", g.name());
            e.addProperty("error", finite(g.error()));
            e.addProperty("tolerance", g.bound().tensor());
            e.addProperty("element_error", finite(g.outlier()));
            e.addProperty("element_tolerance", g.bound().element());
            e.addProperty("numbers", g.numbers());
            e.addProperty("left_out", g.leftOut());
            e.addProperty("passed", g.passed());
            e.addProperty("worst", g.worst());
            groups.add(e);
        }
        o.add("groups", groups);
        return o;
    }

    /** What is infinite is null, since JSON has no word for it. */
    private static @Nullable Double finite(double e) {
        return Double.isFinite(e) ? e : null;
    }
}
