package org.logah.cli.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists what can compute. */
@Command(name = "devices", mixinStandardHelpOptions = true, description = "Lists what this machine can compute on.")
public final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (CpuDevice cpu = new CpuDevice(Runtime.getRuntime().availableProcessors(), KernelChoice.AUTO)) {
            out.printf("cpu        %d threads, %s kernels (%s), Java %s on %s%n", cpu.threads(), cpu.kernels().name(),
                    KernelChoice.vectorModulePresent()
                            ? "plain ones with --kernels plain"
                            : "start Java with --add-modules jdk.incubator.vector for faster ones",
                    Runtime.version(), System.getProperty("os.arch"));
        }
        out.println("tornado:0  not there: this build has no GPU device");
        return 0;
    }
}
