package org.logah.training.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsReader;

/** The reference's numbers, recomputed with both kinds of kernels; and that a wrong number is noticed. */
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    @TempDir
    Path folder;

    static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(GOLDEN)) {
            return all.filter(p -> p.toString().endsWith(".safetensors")).sorted().toList();
        }
    }

    @Test
    void noFileIsMissing() throws IOException { assertEquals(9, files().size()); }

    @ParameterizedTest
    @MethodSource("files")
    void plainKernelsAgree(Path file) throws IOException { assertAgrees(file, KernelChoice.PLAIN); }

    @ParameterizedTest
    @MethodSource("files")
    void vectorKernelsAgree(Path file) throws IOException { assertAgrees(file, KernelChoice.VECTOR); }

    @ParameterizedTest
    @MethodSource("files")
    void loopKernelsAgree(Path file) throws IOException { assertAgrees(file, KernelChoice.LOOPS); }

    private static void assertAgrees(Path file, KernelChoice kernels) throws IOException {
        try (CpuDevice device = new CpuDevice(2, kernels)) {
            Comparison c = new Verifier(device, Tolerances.CPU).verify(file);
            assertFalse(c.groups().isEmpty());
            for (Comparison.Group g : c.groups()) assertTrue(g.passed(), file + ": " + g);
        }
    }

    /** A tensor of each kind with one number changed by a hundredth of the tensor's largest. */
    @ParameterizedTest
    @ValueSource(strings = {"vit-graphormer-lowrank pred.conv_proj.weight",
            "vit-graphormer-lowrank pred.encoder.layers.encoder_layer_1.mlp.0.bias",
            "vit-graphormer-lowrank encoder.out", "vit-graphormer-lowrank logits", "vit-graphormer-lowrank loss",

            "vit-graphormer-lowrank grad.decoder.l2.weight", "vit-graphormer-lowrank grad.gnn.0.attn.to_qkv.weight",
            "vit-graphormer-lowrank gradpred.heads.head.weight", "vit-graphormer-lowrank ghn.decoder.mlp.fc.0.weight",
            "gpt2-train losses",
            "gpt2-train grad_norms", "gpt2-train init.transformer.wte.weight",
            "gpt2-train final.transformer.h.0.mlp.c_fc.weight", "ghn-train losses",
            "ghn-train step1.input", "vit-gatedgnn-conv gradpred.conv_proj.weight",
            "gpt2-gatedgnn-lowrank pred.lm_head.weight"})
    void oneChangedNumberIsNoticed(String what) throws IOException {
        String[] parts = what.split(" ");
        Path copy = folder.resolve("changed.safetensors");
        Files.copy(GOLDEN.resolve(parts[0] + ".safetensors"), copy);
        change(copy, parts[1]);
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            assertFalse(new Verifier(device, Tolerances.CPU).verify(copy).passed(), what);
        }
    }

    private static void change(Path file, String name) throws IOException {
        long offset;
        float[] values;
        try (SafetensorsReader in = SafetensorsReader.open(file);
                CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            values = in.read(name, device).toFloats();
            offset = in.bytes(name).address() - in.bytes(in.entries().iterator().next().name()).address();
            offset += firstByte(file, in.entries().iterator().next().name());
        }
        int largest = 0;
        for (int i = 0; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[largest])) largest = i;
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(offset + largest * 4L);
            raw.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(values[largest] * 1.01f).array());
        }
    }

    /** Where the first tensor of the header stands in the file. */
    private static long firstByte(Path file, String name) throws IOException {
        byte[] all = Files.readAllBytes(file);
        long length = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(all, 8, (int) length, java.nio.charset.StandardCharsets.UTF_8);
        String entry = header.substring(header.indexOf("\"" + name + "\":"));
        String from = entry.substring(entry.indexOf("data_offsets"));
        return 8 + length + Long.parseLong(from.substring(from.indexOf('[') + 1, from.indexOf(',')).trim());
    }

    @Test
    void aChangedGraphIsNoticed() throws IOException {
        Path copy = folder.resolve("changed.safetensors");
        byte[] all = Files.readAllBytes(GOLDEN.resolve("vit-graphormer-lowrank.safetensors"));
        byte[] what = "\\\"op\\\": \\\"msa\\\"".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int at = indexOf(all, what);
        all[at + what.length - 5] = 'c';
        Files.write(copy, all);
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            Comparison c = new Verifier(device, Tolerances.CPU).verify(copy);
            assertFalse(c.passed());
            assertEquals(List.of("graph"),
                    c.groups().stream().filter(g -> !g.passed()).map(Comparison.Group::name).toList());
        }
    }

    private static int indexOf(byte[] all, byte[] part) {
        List<Integer> found = new ArrayList<>();
        outer : for (int i = 0; i < all.length - part.length && found.isEmpty(); i++) {
            for (int j = 0; j < part.length; j++) if (all[i + j] != part[j]) continue outer;
            found.add(i);
        }
        return found.get(0);
    }
}
