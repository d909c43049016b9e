package org.logah.cli.command;

import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProviders;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.training.measure.ProfiledDevice;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where to compute. */
final class DeviceOptions {
    private static final String AUTO = "auto";

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "Where to compute: cpu (default), or tornado:0, a GPU. 'logah devices' lists them.")
    private String device = "cpu";

    @Option(names = "--threads", converter = OptionBounds.Count.class, paramLabel = "N", description = "Threads of the CPU; all by default. Numbers do not depend on it.")
    private @Nullable Integer threads;

    @Option(names = "--kernels", paramLabel = "KIND", description = "Kernels of the CPU: auto (default), plain, loops or vector.")
    private @Nullable String kernels;

    @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "f32", description = "What a GPU's matrix products compute in: f32 (default), or bf16 or f16 on tensor cores, with sums in f32.")
    private String precision = "f32";

    @Option(names = "--profile", description = "Say at the end how long each operation took.")
    private boolean profile;

    /** Says on the error stream what an accelerator did; the CPU has nothing to tell. */
    void report(Device opened, CommandSpec spec) {
        String activity = opened.activity();
        if (!activity.isEmpty()) spec.commandLine().getErr().println(opened.name() + ": " + activity);
    }

    /** The kernels that were asked for. */
    String kernels() { return kernels == null ? AUTO : kernels; }

    /**
     * Refuses other devices.
     *
     * @param option that is for processors only
     */
    void requireCpu(String option) {
        if (!device.equals("cpu") || profile)
            throw new TensorException(option + " computes on processors of other processes; leave out "
                    + (profile ? "--profile" : "--device"));
    }

    Device open() { return open(KernelChoice.AUTO, false); }

    /**
     * @param chosen the kernels that {@code auto} means for a command
     * @param replay whether a GPU records steps
     */
    Device open(KernelChoice chosen, boolean replay) {
        Device opened = openPlain(chosen, replay);
        return profile ? new ProfiledDevice(opened) : opened;
    }

    private DType products() {
        return switch (precision.toLowerCase(Locale.ROOT)) {
            case "f32" -> DType.F32;
            case "bf16" -> DType.BF16;
            case "f16" -> DType.F16;
            default -> throw new TensorException("--precision " + precision + ": choose f32, bf16 or f16");
        };
    }

    private Device openPlain(KernelChoice chosen, boolean replay) {
        DType products = products();
        if (!device.equals("cpu")) {
            String idle = threads != null ? "--threads" : kernels != null ? "--kernels" : null;
            if (idle != null)
                throw new TensorException(idle + " is for the CPU; leave it out, or --device " + device);
            return DeviceProviders.open(device, new Settings(products, replay));
        }
        if (products != DType.F32)
            throw new TensorException(
                    "--precision " + precision + " needs a GPU's tensor cores: --device tornado:0; the CPU "
                            + "computes in f32");
        if (replay)
            throw new TensorException("--replay is for a GPU: --device tornado:0; the CPU has nothing to record");
        KernelChoice choice = KernelChoice.parse(kernels());
        return new CpuDevice(threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                choice == KernelChoice.AUTO ? chosen : choice);
    }
}
