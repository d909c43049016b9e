package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

/** Files that are cut off, unfinished, or something else than their name says. */
class DamagedFilesTest {
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    /** Behind the last page of a mapped file is an error of the virtual machine, in front of it are zeros that nobody wrote. */
    @ParameterizedTest
    @CsvSource({"F32, 0", "F32, 4096", "F32, 9000", "F32, 39000", "BF16, 100", "BF16, 15000", "F16, 4096", "I64, 4096",
            "I64, 70000"})
    void aFileThatIsCutOffWhileItIsOpenIsNamed(DType type, long left) throws IOException {
        Path file = folder.resolve("x.safetensors");
        boolean indices = type == DType.I64;
        Shape shape = Shape.of(10_000);
        try (SafetensorsWriter out = new SafetensorsWriter(file, Map.of(),
                List.of(new TensorEntry("x", type, shape)))) {
            out.put("x", indices ? device.ofInts(shape, new int[10_000]) : device.zeros(shape));
            out.finish();
        }
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(left);
            }
            String message = assertThrows(FileFormatException.class,
                    () -> (indices ? in.readIndices("x", device) : in.read("x", device)).elements()).getMessage();
            assertTrue(message.startsWith(file + ": became shorter while it was read"), message);
        }
    }

    /** It would read as zeros. */
    @Test
    void aFileWithATensorThatNobodyPutIsNotFinished() throws IOException {
        Path file = folder.resolve("m.safetensors");
        List<TensorEntry> entries = List.of(new TensorEntry("a", DType.F32, Shape.of(2)),
                new TensorEntry("none", DType.F32, Shape.of(0)), new TensorEntry("b", DType.BF16, Shape.of(2, 2)));
        Tensor three = device.of(Shape.of(3), 1, 2, 3);
        try (SafetensorsWriter out = new SafetensorsWriter(file, Map.of(), entries)) {
            out.put("a", device.zeros(Shape.of(2)));
            out.put("b", 0, three);
            assertEquals(file + ": of tensor 'b' [2, 2] only 3 of 4 elements were put; put all of it before finishing",
                    assertThrows(IllegalStateException.class, out::finish).getMessage());
        }
        try (ShardedWriter out = new ShardedWriter(file, Map.of(), entries, 8)) {
            out.put("a", device.zeros(Shape.of(2)));
            assertThrows(IllegalStateException.class, out::finish);
        }
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList(), "no shard has its name");
        }
        try (SafetensorsWriter out = new SafetensorsWriter(file, Map.of(), entries)) {
            out.put("a", device.zeros(Shape.of(2)));
            out.put("b", 3, device.zeros(Shape.of(1)));
            out.put("b", 0, three);
            out.finish();
        }
        assertTrue(Files.exists(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"A text, or anything else that is no tensor. | is no safetensors file",
            "PK...archive | is no safetensors file", "{\"weight_map\": {}} | is no safetensors file",
            "8 zeros | is no safetensors file"})
    void aFileOfAnotherKindIsSaidToBeNone(String content, String problem) throws IOException {
        Path file = folder.resolve("m.safetensors");
        Files.write(file, content.equals("8 zeros") ? new byte[8] : content.getBytes(StandardCharsets.UTF_8));
        String message = assertThrows(FileFormatException.class, () -> SafetensorsReader.open(file)).getMessage();
        assertTrue(message.startsWith(file + ": " + problem), message);
    }

    @Test
    void anIndexSaysWhatIsWrongWithIt() throws IOException {
        Path index = folder.resolve("m.safetensors.index.json");
        String[][] wrong = {{"{", "is no JSON, see line 1 column"}, {"{}", "'weight_map' is missing"},
                {"{\"weight_map\": {\"a\\nb\": 7}}", "'weight_map.a?b' is 7, not a text"},
                {"{\"weight_map\": []}", "'weight_map' is [], not an object"}};
        for (String[] w : wrong) {
            Files.writeString(index, w[0]);
            String message = assertThrows(FileFormatException.class, () -> TensorReader.open(index)).getMessage();
            assertTrue(message.startsWith(index + ": is no index of safetensors files: ") && message.contains(w[1]),
                    message);
            assertFalse(message.contains("\n"), message);
        }
        Files.write(index, new byte[]{'{', (byte) 0xe9, '}'});
        assertEquals(index + ": is no UTF-8 text",
                assertThrows(FileFormatException.class, () -> TensorReader.open(index)).getMessage());
    }
}
