package org.logah.tornado;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.logah.engine.DeviceProvider.KernelTranslation;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProvider.UnavailableException;

import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** A kernel's method, which travels with the classes, beside what TornadoVM generates from it. */
final class KernelTranslator {
    private static final long LITTLE = 1 << 20;

    private KernelTranslator() {}

    static KernelTranslation of(GpuKernel kernel, TornadoDevice target) {
        return new KernelTranslation(written(kernel), generated(kernel, target));
    }

    /** Compiles it on a device of its own, without running it, with TornadoVM printing what it generates. */
    private static String generated(GpuKernel kernel, TornadoDevice target) {
        // Opening a device runs its first kernel on nothing, which not every kernel can do.
        List<GpuKernel> kernels = Stream.of(KernelCatalog.FILL, kernel).distinct().toList();
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (GpuDevice device = new GpuDevice("tornado", target, LITTLE, kernels, Settings.PLAIN, true)) {
            device.launcher().compile(kernel);
            System.out.flush();
        } finally {
            System.setOut(before);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        int name = text.indexOf("void " + kernel.name() + "(");
        int start = Math.max(text.lastIndexOf("__kernel", name), text.lastIndexOf("extern \"C\"", name));
        return start < 0 ? text : text.substring(start).strip();
    }

    /** The kernel's method, from its comment to its closing brace; throws where the build has no sources. */
    static String written(GpuKernel kernel) {
        String file = read("/" + kernel.home() + ".java");
        int head = file.indexOf("public static void " + kernel.name() + "(");
        if (head < 0)
            throw new UnavailableException("kernel '" + kernel.name() + "': its source is not in this build");
        int comment = file.lastIndexOf("/**", head);
        int end = file.indexOf("\n    }", head);
        return file.substring(file.lastIndexOf('\n', comment) + 1, end + 6).stripIndent();
    }

    private static String read(String file) {
        try (InputStream in = GpuKernel.class.getResourceAsStream(file)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
