package org.logah.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.Parameters;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.random.RandomStream;
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
            assertTrue(message.endsWith("kaiming or lecun, or a .safetensors file"), message);
            TargetNetwork wider = ModelCatalog.parse("gpt2:layers=1,heads=2,width=32,vocabulary=256,positions=16");
            message = assertThrows(FileFormatException.class,
                    () -> InitialParameters.of(file.toString(), wider, random, device)).getMessage();
            assertTrue(message.contains("has shape [256, 16], gpt2:"), message);
        }
    }
}
