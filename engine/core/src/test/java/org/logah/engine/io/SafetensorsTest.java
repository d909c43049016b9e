package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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

class SafetensorsTest {
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    @Test
    void writtenTensorsReadBackByNameTypeAndShape() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", device.of(Shape.of(2, 3), 1, -2, 3.5f, 0, 1e-30f, 6));
        tensors.put("index", device.ofInts(Shape.of(3), 7, 0, -1));
        tensors.put("scalar", device.of(Shape.scalar(), 42));
        tensors.put("empty", device.zeros(Shape.of(0, 4)));
        SafetensorsWriter.write(file, Map.of("format", "pt"), tensors);
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            assertEquals("pt", in.metadata("format"));
            assertEquals(4, in.entries().size());
            assertArrayEquals(new float[]{1, -2, 3.5f, 0, 1e-30f, 6}, in.read("weight", device).toFloats());
            assertEquals(Shape.of(2, 3), in.entry("weight").shape());
            assertArrayEquals(new int[]{7, 0, -1}, in.readIndices("index", device).toInts());
            assertEquals(42, in.read("scalar", device).item());
            assertEquals(Shape.of(0, 4), in.read("empty", device).shape());
        }
    }

    @Test
    void aClosedReaderClosesTwiceAndSaysThatItIsClosed() throws IOException {
        List<TensorEntry> entries = List.of(new TensorEntry("x", DType.F32, Shape.of(2)),
                new TensorEntry("y", DType.F32, Shape.of(2)));
        try (ShardedWriter out = new ShardedWriter(folder.resolve("m.safetensors"), Map.of(), entries, 8)) {
            for (TensorEntry e : entries) out.put(e.name(), device.of(Shape.of(2), 1, 2));
            out.finish();
        }
        for (String name : List.of("m-00001-of-00002.safetensors", "m.safetensors.index.json")) {
            TensorReader in = TensorReader.open(folder.resolve(name));
            Tensor x = in.read("x", device);
            in.close();
            in.close();
            assertArrayEquals(new float[]{1, 2}, x.toFloats(), "what was read is a copy");
            String message = assertThrows(IllegalStateException.class, () -> in.read("x", device)).getMessage();
            assertTrue(message.endsWith(name + " is closed; open it again to read 'x'"), message);
        }
        TensorReader unread = TensorReader.open(folder.resolve("m.safetensors.index.json"));
        unread.close();
        assertThrows(IllegalStateException.class, () -> unread.read("y", device), "no file is opened any more");
    }

    @Test
    void headerIsWhatOtherToolsExpect() throws IOException {
        Path file = folder.resolve("a.safetensors");
        SafetensorsWriter.write(file, Map.of(), Map.of("x", device.of(Shape.of(1, 2), 1, 2)));
        byte[] all = Files.readAllBytes(file);
        long length = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, length % 8, "the data starts on a multiple of 8");
        assertEquals("{\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}",
                new String(all, 8, (int) length, StandardCharsets.UTF_8).trim());
        assertEquals(8 + length + 8, all.length);
        assertEquals(2f, ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getFloat(all.length - 4));
    }

    @Test
    void halfFormatsRoundToNearest() throws IOException {
        Path file = folder.resolve("a.safetensors");
        List<TensorEntry> entries = List.of(new TensorEntry("b", DType.BF16, Shape.of(4)),
                new TensorEntry("h", DType.F16, Shape.of(4)),
                new TensorEntry("l", DType.I64, Shape.of(2)));
        try (SafetensorsWriter out = new SafetensorsWriter(file, Map.of(), entries)) {
            out.put("b", device.of(Shape.of(4), 1f, 1.00390625f, 1.01171875f, Float.NaN));
            out.put("h", device.of(Shape.of(4), 0.333333f, 65504f, 1e-8f, -2f));
            out.put("l", device.ofInts(Shape.of(2), -5, 9));
            out.finish();
        }
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            // 1 + 2^-8 lies half way between two bfloat16 and goes to the even one; so does 1 + 3 * 2^-8.
            assertArrayEquals(new float[]{1f, 1f, 1.015625f, Float.NaN}, in.read("b", device).toFloats());
            assertArrayEquals(new float[]{0.33325195f, 65504f, 0f, -2f}, in.read("h", device).toFloats());
            assertArrayEquals(new int[]{-5, 9}, in.readIndices("l", device).toInts());
        }
    }

    @Test
    void tensorsCanBeWrittenInParts() throws IOException {
        Path file = folder.resolve("a.safetensors");
        List<TensorEntry> entries = List.of(new TensorEntry("x", DType.F32, Shape.of(3)),
                new TensorEntry("y", DType.BF16, Shape.of(2, 2)));
        try (SafetensorsWriter out = new SafetensorsWriter(file, Map.of(), entries)) {
            out.put("y", 3, device.of(Shape.of(1), 7));
            out.put("y", 0, device.of(Shape.of(3), 4, 5, 6));
            out.put("x", device.of(Shape.of(3), 1, 2, 3));
            assertThrows(IllegalArgumentException.class, () -> out.put("y", 2, device.zeros(Shape.of(3))));
            assertThrows(IllegalArgumentException.class, () -> out.put("y", -1, device.zeros(Shape.of(1))));
            out.finish();
        }
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            assertArrayEquals(new float[]{1, 2, 3}, in.read("x", device).toFloats());
            assertArrayEquals(new float[]{4, 5, 6, 7}, in.read("y", device).toFloats());
        }
    }

    @Test
    void anUnfinishedFileLeavesNothing() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Files.writeString(file, "before");
        try (SafetensorsWriter out = new SafetensorsWriter(file, Map.of(),
                List.of(new TensorEntry("x", DType.F32, Shape.of(10))))) {
            out.put("x", device.zeros(Shape.of(10)));
        }
        assertEquals("before", Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void shardsAreNamedAndIndexedAsHuggingFaceDoes() throws IOException {
        List<TensorEntry> entries = List.of(new TensorEntry("a", DType.F32, Shape.of(2)),
                new TensorEntry("b", DType.BF16, Shape.of(4)), new TensorEntry("c", DType.F32, Shape.of(9)),
                new TensorEntry("d", DType.F32, Shape.of(1)));
        try (ShardedWriter out = new ShardedWriter(folder.resolve("model.safetensors"), Map.of("format", "pt"), entries,
                16)) {
            assertEquals(3, out.count());
            for (TensorEntry e : entries.reversed()) {
                Tensor t = device.zeros(e.shape());
                device.kernels().fill(t, e.name().charAt(0));
                out.put(e.name(), t);
            }
            assertThrows(IllegalArgumentException.class, () -> out.put("e", device.zeros(Shape.of(1))));
            out.finish();
        }
        String[] homes = {"model-00001-of-00003.safetensors", "model-00001-of-00003.safetensors",
                "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"};
        String index = Files.readString(folder.resolve("model.safetensors.index.json")).replaceAll("\\s", "");
        assertEquals(
                "{\"metadata\":{\"total_size\":56},\"weight_map\":{\"a\":\"%s\",\"b\":\"%s\",\"c\":\"%s\",\"d\":\"%s\"}}"
                        .formatted((Object[]) homes),
                index);
        for (int i = 0; i < homes.length; i++) {
            TensorEntry e = entries.get(i);
            try (SafetensorsReader in = SafetensorsReader.open(folder.resolve(homes[i]))) {
                assertEquals("pt", in.metadata().get("format"));
                for (float v : in.read(e.name(), device).toFloats()) assertEquals(e.name().charAt(0), v);
            }
        }
        try (TensorReader in = TensorReader.open(folder.resolve("model.safetensors.index.json"))) {
            for (TensorEntry e : entries) {
                assertEquals(e, in.entry(e.name()));
                for (float v : in.read(e.name(), device).toFloats()) assertEquals(e.name().charAt(0), v);
            }
            assertThrows(FileFormatException.class, () -> in.entry("e"));
        }
    }

    @Test
    void indicesThatAreNoneAreNamed() throws IOException {
        String[] wrong = {"", "7", "[]", "{}", "{\"weight_map\": 1}", "{\"weight_map\": {\"a\": []}}",
                "{\"weight_map\": {\"a\": \"../b.safetensors\"}}", "{\"weight_map\": {\"a\": \"\"}}",
                "{\"weight_map\": {\"a\": \"\\u0000\"}}"};
        Path index = folder.resolve("m.safetensors.index.json");
        assertThrows(FileFormatException.class, () -> TensorReader.open(index));
        for (String text : wrong) {
            Files.writeString(index, text);
            FileFormatException e = assertThrows(FileFormatException.class, () -> TensorReader.open(index), text);
            assertTrue(e.getMessage().contains("m.safetensors.index.json"), e.getMessage());
        }
        Files.writeString(index, "{\"weight_map\": {\"a\": \"missing.safetensors\"}}");
        try (TensorReader in = TensorReader.open(index)) {
            assertTrue(assertThrows(FileFormatException.class, () -> in.read("a", device)).getMessage()
                    .contains("missing.safetensors"));
        }
    }

    @Test
    void unfinishedShardsLeaveNothing() throws IOException {
        List<TensorEntry> entries = List.of(new TensorEntry("a", DType.F32, Shape.of(2)),
                new TensorEntry("b", DType.F32, Shape.of(2)));
        try (ShardedWriter out = new ShardedWriter(folder.resolve("m.safetensors"), Map.of(), entries, 8)) {
            out.put("a", device.zeros(Shape.of(2)));
        }
        assertThrows(FileFormatException.class,
                () -> new ShardedWriter(folder.resolve("m.bin"), Map.of(), entries, 8).close());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void unwritablePlacesAreNamed() {
        Path nowhere = folder.resolve("no/such/folder/a.safetensors");
        IOException e = assertThrows(FileFormatException.class,
                () -> SafetensorsWriter.write(nowhere, Map.of(), Map.of("x", device.zeros(Shape.of(1)))));
        assertTrue(e.getMessage().contains("folder does not exist"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[0,8]},`y`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[8,16]}} | 8 | cut off",
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[0,8]},`y`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[4,12]}} | 12 | overlap",
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[4,12]}} | 12 | belong to no tensor",
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[0,8]}} | 12 | belong to no tensor",
            "{`x`:{`dtype`:`F32`,`shape`:[3],`data_offsets`:[0,8]}} | 8 | takes 12 bytes",
            "{`x`:{`dtype`:`F32`,`shape`:[-2],`data_offsets`:[0,8]}} | 8 | impossible shape",
            "{`x`:{`dtype`:`F32`,`shape`:[2147483647,2147483647,2147483647],`data_offsets`:[0,8]}} | 8 | impossible shape",
            "{`x`:{`dtype`:`F32`,`shape`:[2147483647,2147483647],`data_offsets`:[0,8]}} | 8 | impossible shape",
            "{`x`:{`dtype`:`Q4`,`shape`:[2],`data_offsets`:[0,8]}} | 8 | dtype Q4",
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[8,0]}} | 8 | sensible offsets",
            "{`x`:{`dtype`:`F32`,`shape`:[2]}} | 8 | sensible offsets",
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[0,8]},`x`:{`dtype`:`F32`,`shape`:[0],`data_offsets`:[8,8]}} | 8 | twice",
            "{`x`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[0,8] | 8 | not the JSON",
            "[1,2,3,4] | 8 | no safetensors file",
            "hello there | 8 | no safetensors file",
            "{} trailing | 0 | not the JSON"})
    void lyingHeadersAreRefused(String json, int dataBytes, String problem) throws IOException {
        Path file = file(json.replace('`', '"'), dataBytes);
        IOException e = assertThrows(FileFormatException.class, () -> SafetensorsReader.open(file));
        assertTrue(e.getMessage().contains(problem), e.getMessage());
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void impossibleHeaderLengthsAreRefused() throws IOException {
        for (long length : new long[]{-1, 0, 1L << 40, Long.MAX_VALUE, 200_000_000L}) {
            Path file = folder.resolve("h" + length);
            Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
            IOException e = assertThrows(FileFormatException.class, () -> SafetensorsReader.open(file));
            assertTrue(e.getMessage().contains("is no safetensors file"), e.getMessage());
        }
        Path tiny = folder.resolve("tiny");
        Files.write(tiny, new byte[3]);
        assertThrows(FileFormatException.class, () -> SafetensorsReader.open(tiny));
        assertTrue(assertThrows(FileFormatException.class, () -> SafetensorsReader.open(folder.resolve("missing")))
                .getMessage().contains("no such file"));
        assertTrue(assertThrows(FileFormatException.class, () -> SafetensorsReader.open(folder)).getMessage()
                .contains("folder"));
    }

    @Test
    void wrongKindsOfNumbersAreRefused() throws IOException {
        Path file = folder.resolve("a.safetensors");
        SafetensorsWriter.write(file, Map.of(),
                Map.of("f", device.zeros(Shape.of(1)), "i", device.ofInts(Shape.of(1), 1)));
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            assertThrows(FileFormatException.class, () -> in.read("i", device));
            assertThrows(FileFormatException.class, () -> in.readIndices("f", device));
            assertThrows(FileFormatException.class, () -> in.read("g", device));
        }
    }

    private Path file(String json, int dataBytes) throws IOException {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
        out.write(header);
        out.write(new byte[dataBytes]);
        Path file = folder.resolve("hostile.safetensors");
        Files.write(file, out.toByteArray());
        return file;
    }
}
