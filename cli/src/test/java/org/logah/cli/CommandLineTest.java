package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.TensorEntry;

/** Runs command lines as a user types them, and reads what they wrote; {@code @} stands for a folder of the test's own. */
abstract class CommandLineTest {
    static final String TINY_GPT = "gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=32,tied=false";
    @TempDir
    Path folder;

    /** A text of 3,300 bytes, in {@code @/text.txt}. */
    byte[] text() throws IOException {
        String text = "The old house is near the river. ".repeat(100);
        return Files.readAllBytes(Files.writeString(folder.resolve("text.txt"), text));
    }

    record Outcome(int code, String out, String err) {}

    Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] resolved = Stream.of(args).map(a -> a.replace("@", folder.toString())).toArray(String[]::new);
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), resolved);
        return new Outcome(code, out.toString(), err.toString());
    }

    Outcome works(String... args) {
        Outcome o = run(args);
        assertEquals(0, o.code(), o.err());
        return o;
    }

    /** One clear line, the way out in it, a code that is not zero. */
    void fails(int code, String message, String... args) {
        Outcome o = run(args);
        assertEquals(code, o.code(), o.out() + o.err());
        assertTrue(o.err().contains(message), o.err());
        assertTrue(o.err().startsWith("logah: "), o.err());
        assertFalse(o.err().contains("\tat "), o.err());
        assertEquals(code == 2 ? 2 : 1, o.err().lines().count(), o.err());
    }

    /** Tells a process to end, and waits until it has. */
    static void end(Process process, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
    }

    /** The same in a process of its own, which writes to {@code @/out.txt} and {@code @/err.txt}. */
    Process start(String... args) throws IOException {
        return start(List.of(), args);
    }

    /** The same with options of Java. */
    Process start(List<String> options, String... args) throws IOException {
        return start(Main.class, options, args);
    }

    /** The same with another program. */
    Process start(Class<?> program, List<String> options, String... args) throws IOException {
        List<String> line = new ArrayList<>();
        if (ignoresInterruption()) line.addAll(List.of("env", "--default-signal=INT"));
        line.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path")));
        line.addAll(options);
        line.add(program.getName());
        for (String a : args) line.add(a.replace("@", folder.toString()));
        return new ProcessBuilder(line).redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile()).start();
    }

    /**
     * Whether this program, and so whatever it starts, was told not to listen to SIGINT: shells do that to commands in the
     * background.
     */
    private static boolean ignoresInterruption() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.notExists(status)) return false;
        return Files.readAllLines(status).stream().filter(l -> l.startsWith("SigIgn:"))
                .anyMatch(l -> (Long.parseUnsignedLong(l.substring(7).strip(), 16) & 1 << 1) != 0);
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    List<TensorEntry> entries(String file) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(folder.resolve(file))) {
            return List.copyOf(in.entries());
        }
    }

    float[] values(String file, String name) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(folder.resolve(file));
                CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            return in.read(name, device).toFloats();
        }
    }

    static String[] with(String[] a, String... more) {
        return Stream.concat(Stream.of(a), Stream.of(more)).toArray(String[]::new);
    }
}
