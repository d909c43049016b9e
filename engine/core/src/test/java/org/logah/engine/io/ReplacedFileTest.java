package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

class ReplacedFileTest {
    @TempDir
    private Path folder;

    private List<String> names() throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /** Each has a file of its own beside the name, so whoever is last wins whole. */
    @Test
    void manyWritersOfOneNameNeverMix() throws IOException {
        Path file = folder.resolve("a.txt");
        List<String> contents = Collections.synchronizedList(
                IntStream.range(0, 64).mapToObj(i -> Integer.toString(i).repeat(50_000)).toList());
        contents.parallelStream().forEach(c -> {
            try {
                TextFile.write(file, c);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertTrue(contents.contains(Files.readString(file)));
        assertEquals(List.of("a.txt"), names());
    }

    @Test
    void whatIsNotCommittedIsGoneAndTheOldContentStays() throws IOException {
        Path file = folder.resolve("a.txt");
        TextFile.write(file, "old");
        try (ReplacedFile begun = ReplacedFile.begin(file)) {
            begun.write(ByteBuffer.wrap(new byte[]{1, 2, 3}), 0);
            assertEquals(2, names().size());
        }
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("a.txt"), names());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkStaysALinkAndAModeStays() throws IOException {
        Path file = folder.resolve("real");
        Files.writeString(file, "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("real"));
        TextFile.write(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Path toNothing = Files.createSymbolicLink(folder.resolve("later"), Path.of("made"));
        TextFile.write(toNothing, "made");
        assertEquals("made", Files.readString(folder.resolve("made")));
        Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        refused(folder.resolve("circle"), "circle");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void devicesPipesAndFoldersAreRefused() throws Exception {
        refused(Path.of("/dev/null"), "is a device or a pipe; choose the name of a file");
        refused(folder, "is a folder; name a file in it");
        refused(folder.resolve("none/a.txt"), "its folder does not exist");
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        refused(pipe, "is a device or a pipe");
        assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
    }

    /** As {@code /dev/stdout} leads to one: a link to a name that no file has. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aPipeWithoutANameIsRefused() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel _ = pipe.sink();
                Pipe.SourceChannel _ = pipe.source();
                Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            List<Path> pipes = open.filter(ReplacedFileTest::isPipe).toList();
            assertFalse(pipes.isEmpty());
            for (Path file : pipes) refused(file, "is a device or a pipe; choose the name of a file");
        }
    }

    private static boolean isPipe(Path open) {
        try {
            return Files.readSymbolicLink(open).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // the list's own, which is closed by now
        }
    }

    private static void refused(Path file, String why) {
        String message = assertThrows(FileFormatException.class, () -> TextFile.write(file, "x")).getMessage();
        assertTrue(message.startsWith(file.toString()) && message.contains(why), message);
        assertTrue(assertThrows(FileFormatException.class, () -> ReplacedFile.requireWritable(file)).getMessage()
                .contains(why));
    }

    /** A writer that is killed leaves its file; the next one removes it, and not that of a writer that lives. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatAKilledWriterLeftGoesWithTheNext() throws Exception {
        Path file = folder.resolve("a [1].txt");
        Process killed = writer(Waiting.class, file);
        Process alive = writer(Waiting.class, file);
        assertEquals(2, names().size());
        killed.destroyForcibly().waitFor();
        TextFile.write(file, "x");
        assertEquals(2, names().size(), "the living one's, and the file: " + names());
        try (ReplacedFile mine = ReplacedFile.begin(file)) {
            TextFile.write(file, "y");
            assertEquals(3, names().size());
            mine.write(ByteBuffer.wrap(new byte[]{'z'}), 0);
            mine.commit();
        }
        assertEquals("z", Files.readString(file));
        alive.destroy(); // it may clean up
        assertTrue(alive.waitFor(20, TimeUnit.SECONDS));
        assertEquals(List.of("a [1].txt"), names());
    }

    private static Process writer(Class<?> program, Path file) throws IOException {
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), program.getName(), file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        assertEquals('w', process.getInputStream().read());
        return process;
    }

    /** Begins a file, says so and waits. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) throws Exception {
            try (ReplacedFile begun = ReplacedFile.begin(new File(args[0]).toPath())) {
                begun.write(ByteBuffer.wrap(new byte[100]), 0);
                System.out.print("w");
                System.out.flush();
                Thread.sleep(60_000);
            }
        }
    }

    /** A set that was killed leaves files beside; a set of another number of files takes them away, and so does a single file. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatAKilledSetLeftGoesWithTheNextOne() throws Exception {
        Path name = folder.resolve("m.safetensors");
        for (boolean single : new boolean[]{false, true}) {
            Process killed = writer(WaitingSet.class, name);
            assertEquals(4, names().stream().filter(n -> n.contains(".part-")).count(), names()::toString);
            killed.destroyForcibly().waitFor();
            try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
                if (single) SafetensorsWriter.write(name, Map.of(), Map.of("x", device.zeros(Shape.of(1))));
                else shards(device, name, 8, 1);
            }
            assertFalse(names().stream().anyMatch(n -> n.contains(".part-")), names()::toString);
        }
    }

    /** Begins a set of four files, says so and waits. */
    static final class WaitingSet {
        private WaitingSet() {}

        public static void main(String[] args) throws Exception {
            List<TensorEntry> entries = IntStream.range(0, 4)
                    .mapToObj(i -> new TensorEntry("t" + i, DType.F32, Shape.of(1))).toList();
            try (ShardedWriter out = new ShardedWriter(new File(args[0]).toPath(), Map.of(), entries, 4)) {
                System.out.print("w");
                System.out.flush();
                Thread.sleep(60_000);
            }
        }
    }

    /** Shards of another number, and an index that never names files of two sets. */
    @Test
    void aSetReplacesAnotherWhole() throws IOException {
        Path name = folder.resolve("m.safetensors");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            shards(device, name, 4, 1);
            assertEquals(5, names().size());
            shards(device, name, 8, 2);
            assertEquals(List.of("m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors",
                    "m.safetensors.index.json"), names());
            try (ShardedReader in = ShardedReader.open(folder.resolve("m.safetensors.index.json"))) {
                for (int i = 0; i < 4; i++) assertEquals(2, in.read("t" + i, device).get(0));
            }
            Files.writeString(folder.resolve("m.safetensors.index.json"), "damaged");
            shards(device, name, 4, 3);
            assertEquals(7, names().size(), "of a damaged index nothing is known: " + names());
        }
        assertFalse(names().stream().anyMatch(n -> n.contains("part")));
    }

    private static void shards(CpuDevice device, Path name, long most, float value) throws IOException {
        List<TensorEntry> entries = IntStream.range(0, 4)
                .mapToObj(i -> new TensorEntry("t" + i, DType.F32, Shape.of(1))).toList();
        try (ShardedWriter out = new ShardedWriter(name, Map.of(), entries, most)) {
            for (TensorEntry e : entries) out.put(e.name(), device.of(Shape.of(1), value));
            out.finish();
        }
    }

    @Test
    void aDiskWithoutRoomSaysHowMuchItHas() {
        Path file = folder.resolve("x");
        String message = assertThrows(FileFormatException.class,
                () -> ReplacedFile.requireWritable(file, Long.MAX_VALUE)).getMessage();
        assertTrue(
                message.matches(".*x: needs 8388608 TB, its disk has [\\d.]+ \\w+ free; make room, or choose another "
                        + "place"),
                message);
    }
}
