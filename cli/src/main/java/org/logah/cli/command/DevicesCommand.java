package org.logah.cli.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.logah.engine.DeviceProvider;
import org.logah.engine.DeviceProviders;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.cpu.MachineSetup;
import org.logah.engine.cpu.Processor;

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
            out.printf(Locale.ROOT, "cpu        %d threads, %s kernels (%s), Java %s on %s%n", cpu.threads(),
                    cpu.kernels().name(),
                    KernelChoice.vectorModulePresent()
                            ? "plain ones with --kernels plain"
                            : "start Java with --add-modules jdk.incubator.vector for faster ones",
                    Runtime.version(), System.getProperty("os.arch"));
            String setup = cpu.kernels() instanceof MachineSetup m ? "; " + m.setup() : "";
            out.printf(Locale.ROOT, "%-10s %s%s%n", "", Processor.here().describe(), setup);
        }
        List<DeviceProvider> providers = DeviceProviders.all();
        if (providers.isEmpty()) out.printf(Locale.ROOT, "%-10s not there: %s%n", "tornado", DeviceProviders.NO_GPU);
        for (DeviceProvider p : providers) {
            try {
                for (DeviceProvider.Description d : p.list()) out.printf(Locale.ROOT, "%-10s %s%n", d.name(), d.text());
            } catch (DeviceProvider.UnavailableException e) {
                out.printf(Locale.ROOT, "%-10s not there: %s%n", p.kind(), e.getMessage());
            }
        }
        return 0;
    }
}
