package org.logah.engine.io.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;
import org.logah.engine.io.TorchReader;
import org.logah.engine.io.torch.TorchArchive.Program;

/** Files that PyTorch wrote ({@code docs/python/torch_files.py}), and such as it never writes. */
class TorchReaderTest {
    private static final Path FILES = Path.of("src/test/resources/torch");
    private static final byte[] FOUR_FLOATS = ByteBuffer.allocate(16).array();
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pt", "legacy.pt", "protocol4.pt", "legacy-protocol4.pt"})
    void tensorsOfAllKindsAreWhatTheyWere(String name) throws IOException {
        try (TensorReader in = TensorReader.open(FILES.resolve(name))) {
            assertInstanceOf(TorchReader.class, in);
            assertEquals(
                    List.of("grid", "transposed", "second.row", "column", "permuted", "scalar", "empty", "parameter",
                            "f16", "bf16", "f64", "i64", "i32", "i16", "i8", "u8", "bool"),
                    List.copyOf(in.names()));
            check(in, "grid", Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
            check(in, "transposed", Shape.of(3, 2), 0, 3, 1, 4, 2, 5);
            check(in, "second.row", Shape.of(3), 3, 4, 5);
            check(in, "column", Shape.of(2), 1, 4);
            check(in, "permuted", Shape.of(4, 2, 3), 0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3,
                    7,
                    11, 15, 19, 23);
            check(in, "scalar", Shape.scalar(), 3);
            check(in, "empty", Shape.of(0, 3));
            check(in, "parameter", Shape.of(2), 0, 1);
            for (String type : List.of("f16", "bf16", "f64")) check(in, type, Shape.of(4), 0, 1, 2, 3);
            for (String type : List.of("i64", "i32", "i16", "i8", "u8", "bool")) {
                TensorEntry entry = in.entry(type);
                assertEquals(new TensorEntry(type, DType.valueOf(type.toUpperCase(Locale.ROOT)), Shape.of(4)),
                        entry);
                in.stored(type, bytes -> {
                    assertEquals(entry.bytes(), bytes.byteSize());
                    for (int i = 0; i < 4; i++)
                        assertEquals(type.equals("bool") ? Math.min(i, 1) : i,
                                bytes.get(ValueLayout.JAVA_BYTE, (long) i * entry.type().bytes()), type);
                });
                assertThrows(FileFormatException.class, () -> in.read(type, device));
            }
        }
    }

    private void check(TensorReader in, String name, Shape shape, float... values) throws IOException {
        assertEquals(shape, in.entry(name).shape(), name);
        assertArrayEquals(values, in.read(name, device).toFloats(), name);
        assertTrue(in.isFinite(name));
    }

    @Test
    void whatStandsBesideTheWeightsIsSaid() throws IOException {
        TorchReader in = TorchReader.open(FILES.resolve("checkpoint.pt"));
        try (in) {
            assertEquals(List.of("optimizer"), in.others());
            assertEquals("{\"layers\":2,\"rate\":0.001,\"tied\":false,\"name\":\"caf\u00e9\",\"none\":null,"
                    + "\"sizes\":[1,2,[3]],\"large\":1099511627776,\"negative\":-5,\"size\":[4,5],\"device\":\"cpu\","
                    + "\"dtype\":\"torch.float32\",\"options\":{\"x\":1}}", in.metadata(TorchReader.CONFIG));
            assertNull(in.metadata("epoch"));
            assertFalse(in.contains("optimizer"));
            assertTrue(assertThrows(FileFormatException.class, () -> in.entry("x")).getMessage()
                    .endsWith("no tensor 'x'"));
        }
        assertThrows(IllegalStateException.class, () -> in.read("grid", device));
    }

    /** As Hugging Face's libraries wrote large models before they wrote safetensors. */
    @Test
    void setsOfFilesAreReadByTheirIndex() throws IOException {
        Files.copy(FILES.resolve("protocol4.pt"), folder.resolve("a.bin"));
        Files.copy(FILES.resolve("legacy.pt"), folder.resolve("b.bin"));
        Path index = folder.resolve("pytorch_model.bin.index.json");
        Files.writeString(index, "{\"weight_map\": {\"grid\": \"a.bin\", \"column\": \"b.bin\"}}");
        try (TensorReader in = TensorReader.open(index)) {
            assertEquals(List.of("grid", "column"), List.copyOf(in.names()));
            check(in, "grid", Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
            check(in, "column", Shape.of(2), 1, 4);
        }
    }

    /** It would have made a file in the folder that tests run in. */
    @Test
    void aPickleThatCallsAProgramIsRefusedByName() {
        String message = refusal(FILES.resolve("command.pt"));
        assertTrue(message.contains("asks Python for 'posix.system'"), message);
        assertFalse(Files.exists(Path.of("it-was-run")));
    }

    @Test
    void oneNumberIsNotReadAsAsManyAsAFileClaims() {
        assertTrue(refusal(FILES.resolve("expanded.pt")).contains("[1073741824] is a view of a storage of 1 elements"));
    }

    private String refusal(Path file) {
        String message = assertThrows(FileFormatException.class, () -> TensorReader.open(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.lines().count() == 1, message);
        return message;
    }

    private String refusal(byte[] pickle) throws IOException {
        return refusal(new TorchArchive().with("data.pkl", pickle).with("data/0", FOUR_FLOATS));
    }

    private String refusal(TorchArchive archive) throws IOException {
        return refusal(Files.write(folder.resolve("x.pt"), archive.bytes()));
    }

    private static byte[] weights(long elements, long offset, long[] sizes, long... strides) {
        return new Program(2).ops("}").text("w").tensor("FloatStorage", "0", elements, offset, sizes, strides).ops("s")
                .stop();
    }

    @Test
    void whatIsWrittenHereIsReadToo() throws IOException {
        byte[] good = new TorchArchive().with("data.pkl", weights(4, 1, new long[]{3}, 1)).with("data/0", FOUR_FLOATS)
                .bytes();
        try (TensorReader in = TensorReader.open(Files.write(folder.resolve("x.pt"), good))) {
            check(in, "w", Shape.of(3), 0, 0, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 2, 3, 1", "4, 0, 2, 4", "4, -1, 2, 1", "4, 0, 2, -1", "4, 0, 5, 1", "5, 0, 5, 1", "4, 0, -1, 1",
            "4, 0, 3, 9223372036854775807", "4, 9223372036854775807, 2, 1", "4, 0, 4294967297, 0",
            "9223372036854775807, 0, 2, 1", "-1, 0, 0, 1", "2305843009213693952, 0, 1, 1"})
    void viewsLieWithinTheirStorages(long elements, long offset, long size, long stride) throws IOException {
        refusal(weights(elements, offset, new long[]{size}, stride));
    }

    @Test
    void extentsWhoseProductIsTooLargeAreRefused() throws IOException {
        long[] huge = {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE};
        refusal(weights(4, 0, huge, 1, 1, 1));
        assertTrue(refusal(weights(4, 0, new long[100], new long[100])).contains("100 axes"));
        assertTrue(refusal(weights(4, 0, new long[]{2, 2}, 1)).contains("has strides [1]"));
    }

    @Test
    void whatPicklesMayNotDoIsNamed() throws IOException {
        String[][] wrong = {{"cbuiltins\neval\n.", "'builtins.eval'"}, {"ctorch\nload\n.", "'torch.load'"},
                {"ccollections\nOrderedDict\n(]tR.", "fills a dict"}, {"}}R.", "a dict where arguments"},
                {"})R.", "calls a dict"}, {"cargparse\nNamespace\n)R.", "calls argparse.Namespace"},
                {"})\u0081.", "makes a new object of a dict"}, {"}i.", "instruction 0x69"},
                {"}P1\n.", "instruction 0x50"},
                {"(.", "where there is none"}, {"t.", "a mark that was not set"}, {"}}.", "leaves values behind"},
                {"h\u0005.", "takes value 5 back"}, {"}]Ns.", "a list as a key"}, {"N.", "holds None, not tensors"},
                {"}.", "no tensors by name, alone or under state_dict"}, {"", "ends where an instruction should be"},
                {"X\u00ff\u00ff\u00ff\u00ff", "ends in the middle"}, {"X\u0001\u0000\u0000\u0000\u00ff.", "no UTF-8"},
                {"c" + "a".repeat(300), "a name without an end"}, {"(u.", "where there is none"},
                {"}(Nu.", "a key without a value"}, {"(lNa.", "instruction 0x6c"}, {"}Q.", "no storage"},
                {"ctorch._utils\n_rebuild_tensor_v2\n)R.", "with 0 arguments"}};
        for (String[] w : wrong) {
            String message = refusal(new Program(2).ops(w[0]).bytes());
            assertTrue(message.contains(w[1]), w[0] + ": " + message);
        }
        assertTrue(refusal(new Program(5).ops("}").stop()).contains("protocol 5"));
    }

    /** Values that contain themselves, and lists of lists that are each ten times the one before: nothing that is walked is endless. */
    @Test
    void valuesThatAreTheirOwnPartsEndSomewhere() throws IOException {
        Program own = new Program(2).ops("}").text("w").tensor("FloatStorage", "0", 4, 0, new long[]{4}, 1).ops("s")
                .text("config").ops("]q\u0001h\u0001as");
        assertTrue(refusal(own.stop()).contains("inside one another"));
        Program laughs = new Program(2).ops("}").text("w").tensor("FloatStorage", "0", 4, 0, new long[]{4}, 1).ops("s")
                .text("config").ops("]q\u0000");
        for (int level = 0; level < 12; level++) {
            laughs.op(']', 'q', level + 1, '(');
            for (int i = 0; i < 10; i++) laughs.op('h', level);
            laughs.ops("e");
        }
        assertTrue(refusal(laughs.op('(').ops("tu").stop()).length() > 0);
    }

    @Test
    void archivesThatTorchNeverWritesAreRefused() throws IOException {
        byte[] good = weights(4, 0, new long[]{4}, 1);
        assertTrue(refusal(new TorchArchive().with("data.pkl", good)).contains("lacks the storage '0'"));
        assertTrue(refusal(new TorchArchive().with("data.pkl", good).with("data/0", new byte[12]))
                .contains("12 bytes in its storage '0' of 4 F32"));
        assertTrue(refusal(new TorchArchive().with("data.pkl", good).with("data/0", FOUR_FLOATS).compressed())
                .contains("compressed or encrypted"));
        assertTrue(refusal(new TorchArchive().with("other", good)).contains("0 entries named */data.pkl"));
        assertTrue(refusal(new TorchArchive().with("data.pkl", good).with("data/0", FOUR_FLOATS)
                .with("byteorder", "big".getBytes(StandardCharsets.US_ASCII))).contains("byte order"));
    }

    /** Sizes and places of 64 bits, as archives of more than 4 GB need them. */
    @Test
    void archivesWithLargeSizesAreRead() throws IOException {
        byte[] pickle = weights(4, 0, new long[]{4}, 1);
        ByteBuffer zip = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        long[] places = new long[2];
        List<byte[]> contents = List.of(pickle, FOUR_FLOATS);
        List<byte[]> names = List.of("x/data.pkl".getBytes(StandardCharsets.UTF_8),
                "x/data/0".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 2; i++) {
            places[i] = zip.position();
            zip.putInt(0x04034b50).put(new byte[14]).putInt(-1).putInt(-1).putShort((short) names.get(i).length)
                    .putShort((short) 0).put(names.get(i)).put(contents.get(i));
        }
        long directory = zip.position();
        for (int i = 0; i < 2; i++) {
            CRC32 sum = new CRC32();
            sum.update(contents.get(i));
            long size = contents.get(i).length;
            zip.putInt(0x02014b50).put(new byte[12]).putInt((int) sum.getValue()).putInt(-1).putInt(-1)
                    .putShort((short) names.get(i).length).putShort((short) 34).put(new byte[10]).putInt(-1)
                    .put(names.get(i));
            zip.putShort((short) 7).putShort((short) 2).putShort((short) 0); // of another kind
            zip.putShort((short) 1).putShort((short) 24).putLong(size).putLong(size).putLong(places[i]);
        }
        long end = zip.position();
        zip.putInt(0x06064b50).putLong(44).put(new byte[12]).putLong(2).putLong(2).putLong(end - directory)
                .putLong(directory);
        zip.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        zip.putInt(0x06054b50).putInt(0).putShort((short) -1).putShort((short) -1).putInt(-1).putInt(-1)
                .putShort((short) 0);
        byte[] whole = Arrays.copyOf(zip.array(), zip.position());
        try (TensorReader in = TensorReader.open(Files.write(folder.resolve("x.pt"), whole))) {
            check(in, "w", Shape.of(4), 0, 0, 0, 0);
        }
        for (int at = (int) directory; at < whole.length; at++) { // each byte of the directory as large as it can be
            byte[] damaged = whole.clone();
            damaged[at] = 0x7f;
            Files.write(folder.resolve("y.pt"), damaged);
            try (TensorReader in = TensorReader.open(folder.resolve("y.pt"))) {
                in.read("w", device);
            } catch (FileFormatException e) {
                assertTrue(e.getMessage().startsWith(folder.resolve("y.pt") + ": "), e.getMessage());
            }
        }
    }

    /** The weights are the last entry, in front of the directory. */
    @Test
    void aChangedNumberIsFoundByItsChecksum() throws IOException {
        byte[] bytes = new TorchArchive().with("data.pkl", weights(4, 0, new long[]{4}, 1)).with("data/0", FOUR_FLOATS)
                .bytes();
        int data = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("x/data/0") + 8;
        bytes[data + 3] = 1;
        try (TensorReader in = TensorReader.open(Files.write(folder.resolve("x.pt"), bytes))) {
            String message = assertThrows(FileFormatException.class, () -> in.read("w", device)).getMessage();
            assertTrue(message.contains("is damaged: the checksum of its storage '0' is another"), message);
        }
    }

    @Test
    void filesThatAreCutOffAreRefused() throws IOException {
        for (String name : List.of("checkpoint.pt", "legacy.pt")) {
            byte[] whole = Files.readAllBytes(FILES.resolve(name));
            for (int length = 9; length < whole.length; length += 7)
                refusal(Files.write(folder.resolve("x.pt"), Arrays.copyOf(whole, length)));
        }
    }

    @Test
    void whatJoblibWritesIsSaidToBeCompressed() throws IOException {
        for (byte[] begin : List.of(new byte[]{0x1f, (byte) 0x8b}, new byte[]{0x78, (byte) 0x9c})) {
            Path file = Files.write(folder.resolve("x.pt"), Arrays.copyOf(begin, 40));
            assertTrue(refusal(file).contains("is compressed, as joblib writes it"));
        }
    }
}
