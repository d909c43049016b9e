package org.logah.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider;
import org.logah.engine.MemoryBudget;

import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Finds the devices that TornadoVM sees, over all its backends, and opens them as {@code tornado:<n>}. */
public final class TornadoProvider implements DeviceProvider {
    /** System property that limits the device memory that tensors may take, such as {@code 2G}. */
    public static final String MEMORY = "logah.tornado.memory";
    static final String NO_DEVICE = "TornadoVM sees no device";
    private static final String FALLBACK = "tornado.recover.bailout";
    private static final String BYTECODE = "tornado.tvm.maxbytecodesize";
    private static final long MOST = 4L * (Integer.MAX_VALUE - 64);

    @Override
    public String kind() { return "tornado"; }

    @Override
    public List<Description> list() {
        List<Description> found = new ArrayList<>();
        for (TornadoDevice d : devices()) {
            found.add(new Description("tornado:" + found.size(), describe(d)));
        }
        return found;
    }

    private static String describe(TornadoDevice d) {
        long[] group = d.getDeviceMaxWorkgroupDimensions();
        return String.format(Locale.ROOT, "%s, %s; %s memory, %s at a time; local %s; work-groups up to %d; %s",
                d.getPhysicalDevice().getDeviceName(), d.getTornadoVMBackend(),
                MemoryBudget.format(d.getMaxGlobalMemory()), MemoryBudget.format(d.getMaxAllocMemory()),
                MemoryBudget.format(d.getDeviceLocalMemorySize()), group[0], numbers(d));
    }

    /** What it computes in beside FP32; TornadoVM tells of half floats only among a device's extensions. */
    private static String numbers(TornadoDevice d) {
        String extensions = String.valueOf(d.getPhysicalDevice().getDeviceInfo());
        return (d.getDeviceContext().isFP64Supported() ? "FP64" : "no FP64")
                + (extensions.contains("cl_khr_fp16") ? ", FP16" : ", no FP16")
                + (hasTensorCores(d) ? ", tensor cores from compute capability 8.0 on" : "");
    }

    @Override
    public Device open(int number, Settings settings) {
        List<TornadoDevice> all = devices();
        if (number < 0 || number >= all.size()) {
            throw new UnavailableException("device 'tornado:" + number + "' is not there; TornadoVM sees " + all.size()
                    + ", 'logah devices' lists them");
        }
        TornadoDevice target = all.get(number);
        if (settings.products() != DType.F32 && !hasTensorCores(target)) {
            throw new UnavailableException(
                    "products in " + settings.products() + " need tensor cores, which TornadoVM drives through "
                            + "its CUDA backend; 'tornado:" + number + "' is " + target.getTornadoVMBackend()
                            + ", leave --precision out");
        }
        return new GpuDevice("tornado:" + number, target, memory(target), settings);
    }

    @Override
    public List<String> kernels() { return KernelCatalog.declared().stream().map(GpuKernel::name).toList(); }

    @Override
    public KernelTranslation kernel(String name) {
        for (GpuKernel k : KernelCatalog.declared()) {
            if (!k.name().equals(name)) continue;
            TornadoDevice target = devices().getFirst();
            if (k.onTensorCores() && !hasTensorCores(target))
                throw new UnavailableException(
                        "kernel '" + name + "' is for tensor cores, which TornadoVM drives through its "
                                + "CUDA backend; 'tornado:0' is " + target.getTornadoVMBackend());
            return KernelTranslator.of(k, target);
        }
        throw new UnavailableException("kernel '" + name + "': choose " + String.join(", ", kernels()));
    }

    private static boolean hasTensorCores(TornadoDevice target) {
        return target.getTornadoVMBackend() == TornadoVMBackendType.CUDA;
    }

    /** What one array may take, half the device at most; {@link #MEMORY} asks for less. */
    private static long memory(TornadoDevice target) {
        long bytes = Math.min(MOST, Math.min(target.getMaxAllocMemory() - 4096, target.getMaxGlobalMemory() / 2));
        String limit = System.getProperty(MEMORY);
        return limit == null ? bytes : Math.min(bytes, MemoryBudget.parse(limit));
    }

    /** @throws UnavailableException if TornadoVM does not start or sees no device */
    static List<TornadoDevice> devices() {
        // TornadoVM would otherwise run a kernel that it cannot compile as sequential Java, which gives wrong numbers.
        String fallback = System.getProperty(FALLBACK);
        if (fallback == null) System.setProperty(FALLBACK, "False");
        else
            if (!fallback.equalsIgnoreCase("false"))
                throw new UnavailableException("-D" + FALLBACK + "=" + fallback
                        + " lets kernels fall back to wrong numbers in silence; leave it out");
        if (System.getProperty("tornado.load.runtime.implementation") == null) {
            throw new UnavailableException("TornadoVM's JVM flags are missing; start Java with "
                    + "@$TORNADOVM_HOME/tornado-argfile (./logah does so by itself where TORNADOVM_HOME is set)");
        }
        if (System.getProperty("tornado.device.memory") == null) System.setProperty("tornado.device.memory", "1024GB");
        // Its default holds a graph of some 30 kernels; recorded ones are three times as long.
        if (System.getProperty(BYTECODE) == null) System.setProperty(BYTECODE, "1048576");
        List<TornadoDevice> found = new ArrayList<>();
        try {
            TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
            for (int b = 0; b < runtime.getNumBackends(); b++) {
                for (int d = 0; d < runtime.getBackend(b).getNumDevices(); d++)
                    found.add(runtime.getBackend(b).getDevice(d));
            }
        } catch (Throwable e) { // Errors of linking and of class initialization, depending on what is missing
            throw new UnavailableException("TornadoVM did not start: " + root(e)
                    + "; install the GPU's driver with OpenCL or CUDA, and see that TORNADOVM_HOME is a TornadoVM for this JDK",
                    e);
        }
        if (found.isEmpty())
            throw new UnavailableException(NO_DEVICE + "; install the GPU's driver with OpenCL or CUDA");
        return found;
    }

    private static String root(Throwable e) {
        Throwable t = e;
        while (t.getCause() != null) t = t.getCause();
        return t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage().lines().findFirst().orElse("");
    }
}
