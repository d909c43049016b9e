package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.training.data.Digests;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.targets.TargetTrainer;

/**
 * Trainings that the first version saved after 3 of 6 steps go on to the weights that it had after all of them. The digests were
 * printed by it, on plain kernels: SHA-256 over all weights as little-endian floats, in the order of the parameters.
 */
class FirstVersionStatesTest {
    private static final Path STATES = Path.of("src/test/resources/first-version");
    private static final Schedule SCHEDULE = Schedule.warmupCosine(1e-4, 1e-2, 2, 6);
    private final ByteText text = new ByteText(GrammarText.generate(5_000, 1));
    @TempDir
    Path folder;

    private void goesOn(Learner learner, String name, String digest, Parameters weights) throws IOException {
        Path file = folder.resolve(name);
        Files.copy(STATES.resolve(name), file);
        TrainingRun run = new TrainingRun(learner, RunConfig.of(6).withFile(file));
        run.resume();
        assertEquals(3, learner.position());
        run.run();
        assertEquals(digest, digest(weights));
    }

    @Test
    void ofATarget() throws IOException {
        try (CpuDevice device = new CpuDevice(2, KernelChoice.PLAIN)) {
            Gpt2 gpt = new Gpt2(Gpt2Config.of(1, 2, 8, 256, 8, true));
            TargetTrainer trainer = new TargetTrainer(gpt,
                    gpt.initialized(device, Initialization.XAVIER, new RandomStream(1)),
                    text.training(2, 8, new RandomStream(3).split("training")), TargetTrainer.Config.of(SCHEDULE),
                    device);
            goesOn(trainer, "train.safetensors", "c0debf5674a49432f17ba7c481624f4471a2a482a4e14c12140cddc9d119af46",
                    trainer.parameters());
        }
    }

    @Test
    void ofAHypernetwork() throws IOException {
        try (CpuDevice device = new CpuDevice(2, KernelChoice.PLAIN);
                SafetensorsReader state = SafetensorsReader.open(STATES.resolve("train-ghn.safetensors"))) {
            GhnFile.Loaded fresh = GhnFile.Loaded.fresh(GhnFile.config(state), new RandomStream(1), device);
            MetaTrainer trainer = new MetaTrainer(fresh.network(), fresh.parameters(),
                    ArchitectureSetTask.of(ModelCatalog.sampler("small"), text, 2, 8,
                            new RandomStream(4).split("meta")),
                    new MetaTrainer.Config(2, Schedule.warmupCosine(1e-5, 1e-2, 2, 6), 5, 1e-2, 3e-5, 0, false, 4),
                    device);
            goesOn(trainer, "train-ghn.safetensors",
                    "c1ff28fc375c525350d6bec8d8659681d7b521e7f6fa9935bc9504399522cea1", trainer.weights());
        }
    }

    private static String digest(Parameters weights) {
        List<byte[]> all = new ArrayList<>();
        for (Tensor t : weights.values().values()) {
            float[] values = t.toFloats();
            ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            all.add(bytes.array());
        }
        return Digests.sha256(all);
    }
}
