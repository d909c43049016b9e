package org.logah.ghn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/**
 * Hypernetworks written by the first version, whose headers have the reference's keys: they load, and predict the bits that the
 * first version predicted. The digests were printed by it: {@code GhnFile.read}, {@code predict} with seed 4 on plain kernels, and
 * SHA-256 over all predicted numbers as little-endian floats, in the order of the model's parameters.
 */
class FirstVersionFilesTest {
    private static final String GPT = "gpt2:layers=2,heads=2,width=24,vocabulary=60,positions=16,tied=false";
    private static final String VIT = "vit:layers=1,heads=2,width=12,patch=4,image=16,classes=5";
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
            "graphormer-lowrank " + GPT + " ed16a8817916fb6793cdea2818556b571d9dbbf82c3b5bb1247c6ebd1e301c6c",
            "quirks " + GPT + " 99c2a848472053d9c82cd6881096b798509b8ef240f24e0b2b58428de6edf8d0",
            "gatedgnn-conv " + VIT + " 8253983caf414094ec166d6ef46ce66c3fd57b5ddf4a9f8132812dcc68091725"})
    void theirPredictionsAreTheSameBits(String name, String model, String digest) throws IOException {
        try (CpuDevice device = new CpuDevice(2, KernelChoice.PLAIN)) {
            GhnFile.Loaded old = GhnFile.read(Path.of("src/test/resources/first-version", name + ".safetensors"),
                    device);
            assertEquals(digest, digest(old, ModelCatalog.parse(model), device));

            Path again = folder.resolve("again.safetensors");
            GhnFile.write(again, old.network().config(), old.parameters().values(), Map.of());
            GhnFile.Loaded rewritten = GhnFile.read(again, device);
            assertEquals(old.network().config(), rewritten.network().config());
            assertEquals(digest, digest(rewritten, ModelCatalog.parse(model), device));
        }
    }

    private static String digest(GhnFile.Loaded ghn, TargetNetwork target, CpuDevice device) {
        try (Tape tape = Tape.inference(device)) {
            Parameters predicted = ghn.network()
                    .predict(new Functions(tape), ghn.parameters(), target, new RandomStream(4)).parameters();
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (Tensor t : predicted.values().values()) {
                float[] values = t.toFloats();
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                for (float v : values) bytes.putFloat(v);
                sha.update(bytes.array());
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
