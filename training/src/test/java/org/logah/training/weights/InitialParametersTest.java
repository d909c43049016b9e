package org.logah.training.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Parameters;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

class InitialParametersTest {
    @TempDir
    Path folder;

    @Test
    void startsHaveANameOrAFile() throws IOException {
        TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=16");
        RandomStream random = new RandomStream(1);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Parameters expected = gpt.initialized(device, Initialization.ORTHOGONAL, random.split("start"));
            Path file = folder.resolve("p.safetensors");
            SafetensorsWriter.write(file, Map.of(), expected.values());
            for (String start : new String[]{"orthogonal", file.toString()}) {
                Parameters p = InitialParameters.of(start, gpt, random, device);
                for (String name : expected.names())
                    assertArrayEquals(expected.get(name).value().toFloats(), p.get(name).value().toFloats(), name);
            }
            String message = assertThrows(TensorException.class,
                    () -> InitialParameters.of("magic", gpt, random, device)).getMessage();
            assertTrue(message.endsWith("kaiming, lecun, or a .safetensors file"), message);
            TargetNetwork wider = ModelCatalog.parse("gpt2:layers=1,heads=2,width=32,vocabulary=256,positions=16");
            message = assertThrows(FileFormatException.class,
                    () -> InitialParameters.of(file.toString(), wider, random, device)).getMessage();
            assertTrue(message.contains("has shape [256, 16], gpt2:"), message);
        }
    }

    /** With a header that says which model it is, and without, as other programs write files. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "vit:layers=1,heads=2,width=16,patch=4,image=8,classes=10 | classes=10 | classes=30 | heads.head.weight",
            "gpt2:layers=1,heads=2,width=16,vocabulary=20,tied=true | vocabulary=20 | vocabulary=30 | transformer.wte.weight"})
    void theLayerOfClassesCanStartAnew(String held, String its, String others, String head) throws IOException {
        TargetNetwork from = ModelCatalog.parse(held);
        TargetNetwork to = ModelCatalog.parse(held.replace(its, others));
        RandomStream random = new RandomStream(1);
        Path file = folder.resolve("p.safetensors");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Parameters trained = from.initialized(device, Initialization.ORTHOGONAL, new RandomStream(2));
            Parameters fresh = to.initialized(device, Initialization.RANDOM, random.split("start"));
            for (Map<String, String> header : List.of(Map.of("model", from.describe()), Map.<String, String>of())) {
                SafetensorsWriter.write(file, header, trained.values());
                String message = assertThrows(FileFormatException.class,
                        () -> InitialParameters.of(file.toString(), to, random, device)).getMessage();
                assertTrue(message.endsWith("--new-head takes all but the layer of classes, and starts that anew"),
                        message);
                Parameters p = InitialParameters.withNewHead(file, to, random, device);
                assertEquals(List.copyOf(fresh.names()), List.copyOf(p.names()));
                Set<String> anew = TargetFile.classParameters(to);
                assertTrue(anew.contains(head), anew.toString());
                for (String name : p.names())
                    assertArrayEquals((anew.contains(name) ? fresh : trained).get(name).value().toFloats(),
                            p.get(name).value().toFloats(), name);
            }
            // What differs in more is refused, with the option and without.
            TargetNetwork deeper = ModelCatalog.parse(held.replace(its, others).replace("layers=1", "layers=2"));
            SafetensorsWriter.write(file, Map.of("model", from.describe()), trained.values());
            for (String message : List.of(
                    assertThrows(FileFormatException.class,
                            () -> InitialParameters.withNewHead(file, deeper, random, device)).getMessage(),
                    assertThrows(FileFormatException.class,
                            () -> InitialParameters.of(file.toString(), deeper, random, device)).getMessage()))
                assertTrue(message.endsWith("not of " + deeper.describe()), message);
        }
    }

    @Test
    void aHypernetworkIsNoStartByItself() throws IOException {
        TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=16");
        Path file = folder.resolve("g.safetensors");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(Variant.MINI.config(Domain.LANGUAGE), new RandomStream(1),
                    device);
            GhnFile.write(file, logah.network().config(), logah.parameters().values(), Map.of());
            String message = assertThrows(FileFormatException.class,
                    () -> InitialParameters.of(file.toString(), gpt, new RandomStream(1), device)).getMessage();
            assertTrue(message.endsWith("; --ghn in place of --init starts from that"), message);
        }
    }
}
