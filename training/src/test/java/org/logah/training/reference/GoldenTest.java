package org.logah.training.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsReader;

/** The reference's numbers, recomputed with all three kinds of kernels; and that a wrong number is noticed. */
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
    void noFileIsMissing() throws IOException { assertEquals(11, files().size()); }

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
            "gpt2-gatedgnn-lowrank pred.lm_head.weight", "llama param.model.layers.0.self_attn.k_proj.weight",
            "llama param.model.norm.weight", "llama logits", "llama loss",
            "llama gradparam.model.layers.1.mlp.gate_proj.weight", "llama gradparam.model.embed_tokens.weight",
            "llama-train init.lm_head.weight", "llama-train losses", "llama-train grad_norms",
            "llama-train final.model.layers.0.mlp.down_proj.weight"})
    void oneChangedNumberIsNoticed(String what) throws IOException {
        String[] parts = what.split(" ");
        Path copy = folder.resolve("changed.safetensors");
        Files.copy(GOLDEN.resolve(parts[0] + ".safetensors"), copy);
        change(copy, parts[1]);
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            assertFalse(new Verifier(device, Tolerances.CPU).verify(copy).passed(), what);
        }
    }

    /** A tensor of each kind that the file does not have: otherwise a file with nothing in it would agree with everything. */
    @ParameterizedTest
    @ValueSource(strings = {"vit-graphormer-lowrank grad.decoder.l2.weight",
            "vit-graphormer-lowrank gradpred.heads.head.weight", "gpt2-train final.transformer.h.0.mlp.c_fc.weight",
            "ghn-train final.decoder.l2.weight", "llama gradparam.model.embed_tokens.weight",
            "llama-train final.model.layers.0.mlp.down_proj.weight"})
    void oneMissingTensorIsNoticed(String what) throws IOException {
        String[] parts = what.split(" ");
        Path copy = changedHeader(parts[0], '"' + parts[1] + '"', "\"x" + parts[1].substring(1) + '"');
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            Comparison c = new Verifier(device, Tolerances.CPU).verify(copy);
            List<Comparison.Group> failed = c.groups().stream().filter(g -> !g.passed()).toList();
            assertEquals(1, failed.size(), failed::toString);
            assertEquals(parts[1].substring(parts[1].indexOf('.') + 1), failed.getFirst().worst());
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
        String header = new String(all, 8, (int) length, StandardCharsets.UTF_8);
        String entry = header.substring(header.indexOf("\"" + name + "\":"));
        String from = entry.substring(entry.indexOf("data_offsets"));
        return 8 + length + Long.parseLong(from.substring(from.indexOf('[') + 1, from.indexOf(',')).trim());
    }

    @Test
    void aChangedGraphIsNoticed() throws IOException {
        Path copy = folder.resolve("changed.safetensors");
        byte[] all = Files.readAllBytes(GOLDEN.resolve("vit-graphormer-lowrank.safetensors"));
        byte[] what = "\\\"op\\\": \\\"msa\\\"".getBytes(StandardCharsets.UTF_8);
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

    /** What a header says of a model is computed with, and not only its tensors' shapes. */
    @ParameterizedTest
    @CsvSource({"llama, 500000, 100000", "llama-train, 500000, 100000",
            "gpt2-train, 0.001, 0.002", "ghn-train, 0.999, 0.998"})
    void aChangedHeaderIsNoticed(String name, String there, String instead) throws IOException {
        Path copy = changedHeader(name, there, instead);
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            assertFalse(new Verifier(device, Tolerances.CPU).verify(copy).passed());
        }
    }

    /** Gradients that clipping makes too small to compare: all final weights count as equal, and are too many for that. */
    @Test
    void aFileThatLeavesMostWeightsOutDoesNotPass() throws IOException {
        Path usual = GOLDEN.resolve("gpt2-train.safetensors");
        Path clipped = changedHeader("gpt2-train", "clip_grad_norm\\\": 1.0", "clip_grad_norm\\\":1e-9");
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            Comparison.Group few = finalWeights(new Verifier(device, Tolerances.CPU).verify(usual));
            assertTrue(few.leftOut() > 0 && few.leftOut() <= few.mostLeftOut() && few.passed(), few.toString());
            Comparison.Group all = finalWeights(new Verifier(device, Tolerances.CPU).verify(clipped));
            assertTrue(all.leftOut() > 0.9 * all.numbers(), all.toString());
            assertTrue(all.used() <= 1, all.toString());
            assertFalse(all.passed(), all.toString());
        }
    }

    private static Comparison.Group finalWeights(Comparison c) {
        return c.groups().stream().filter(g -> g.name().equals("final weights")).findFirst().orElseThrow();
    }

    /** A copy with other text of the same length in its header. */
    private Path changedHeader(String name, String there, String instead) throws IOException {
        String all = Files.readString(GOLDEN.resolve(name + ".safetensors"), StandardCharsets.ISO_8859_1);
        assertTrue(all.contains(there) && there.length() == instead.length(), there);
        Path copy = folder.resolve("changed.safetensors");
        return Files.writeString(copy, all.replaceFirst(Pattern.quote(there), Matcher.quoteReplacement(instead)),
                StandardCharsets.ISO_8859_1);
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
