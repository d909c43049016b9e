package org.logah.cli.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.logah.engine.DeviceProvider;
import org.logah.engine.DeviceProvider.KernelTranslation;
import org.logah.engine.DeviceProviders;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what becomes of a kernel. */
@Command(name = "kernel", mixinStandardHelpOptions = true, description = {
        "Prints a GPU kernel as it is written in Java, and what TornadoVM generates from it.", "",
        "Without a name, lists the kernels.", ""})
public final class KernelCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "A kernel, such as affine or product.")
    private String name = "";

    @Option(names = "--width", converter = OptionBounds.Columns.class, paramLabel = "N", defaultValue = "76", description = "Characters of each column (default 76).")
    private int width;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (DeviceProviders.all().isEmpty()) throw new DeviceProvider.UnavailableException(DeviceProviders.NO_GPU);
        DeviceProvider provider = DeviceProviders.all().getFirst();
        if (name.isEmpty()) provider.kernels().forEach(out::println);
        else print(provider.kernel(name), out);
        return 0;
    }

    private void print(KernelTranslation text, PrintWriter out) {
        List<String> left = wrapped(text.written());
        List<String> right = wrapped(text.generated());
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String l = i < left.size() ? left.get(i) : "";
            out.println((l + " ".repeat(width - l.length()) + " | " + (i < right.size() ? right.get(i) : ""))
                    .stripTrailing());
        }
    }

    private List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String rest = line;
            while (rest.length() > width) {
                int cut = rest.lastIndexOf(' ', width);
                if (cut <= width / 2) cut = width;
                lines.add(rest.substring(0, cut).stripTrailing());
                rest = "    " + rest.substring(cut).stripLeading();
            }
            lines.add(rest);
        }
        return lines;
    }
}
