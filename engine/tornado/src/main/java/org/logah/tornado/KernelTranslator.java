package org.logah.tornado;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.logah.engine.DeviceProvider.KernelText;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProvider.UnavailableException;
import org.logah.tornado.kernel.Elementwise;

import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** A kernel's method, which travels with the classes, beside what TornadoVM generates from it. */
final class KernelSource {
    private static final List<String> FILES = List.of("Elementwise", "Reductions", "Products", "TensorCores", "Rows",
            "FlashAttention", "FlashAttentionGradient",
            "Indexing", "Optimizers");
    private static final long LITTLE = 1 << 20;

    private KernelSource() {}

    static KernelText of(Kernel kernel, TornadoDevice target) {
        String generated = generated(kernel, target);
        int name = generated.indexOf("void ") + 5;
        String method = generated.substring(name, generated.indexOf('(', name)).trim();
        for (String file : FILES) {
            String text = method(read(file), method);
            if (!text.isEmpty()) return new KernelText(text, generated);
        }
        throw new UnavailableException("kernel '" + kernel.name() + "': its source is not in this build");
    }

    /** Compiles it on a device of its own, with TornadoVM printing what it generates. */
    private static String generated(Kernel kernel, TornadoDevice target) {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (GpuDevice device = new GpuDevice("tornado", target, LITTLE, List.of(kernel), Settings.PLAIN, true)) {
            System.out.flush();
        } finally {
            System.setOut(before);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        int start = Math.max(text.indexOf("__kernel"), text.indexOf("extern \"C\""));
        return start < 0 ? text : text.substring(start).strip();
    }

    private static String read(String file) {
        try (InputStream in = Elementwise.class.getResourceAsStream(file + ".java")) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the method's comment to its closing brace. */
    private static String method(String file, String name) {
        int head = file.indexOf("public static void " + name + "(");
        if (head < 0) return "";
        int comment = file.lastIndexOf("/**", head);
        int end = file.indexOf("\n    }", head);
        return file.substring(file.lastIndexOf('\n', comment) + 1, end + 6).stripIndent();
    }
}
