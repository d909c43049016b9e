package org.logah.training.extension;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.targets.TargetTrainer;

/** A family of targets and a data set that only the tests know, used as the program's own are. */
class FamilyAndDataSetTest {
    private static final String MIXER = "mixer:layers=2,width=24,patch=2,image=8,classes=3";

    @Test
    void theFamilyIsKnownByName() {
        assertTrue(ModelCatalog.names().containsAll(List.of("gpt2", "vit-tiny", "mixer")));
        TargetNetwork mixer = ModelCatalog.parse(MIXER);
        assertEquals(MIXER, mixer.describe());
        assertEquals(new DataFormat.Images(3, 8, 3), mixer.data());
        // Stem, norm and head, and per block two norms and two MLPs over 16 patches and 24 channels.
        long block = 2 * 2 * 24 + (2 * 16 * 32 + 32 + 16) + (2 * 24 * 48 + 48 + 24);
        assertEquals((12 * 24 + 24) + 2 * block + 2 * 24 + (24 * 3 + 3), mixer.parameterCount());
        assertTrue(assertThrows(TensorException.class, () -> ModelCatalog.parse("mixer:heads=2")).getMessage()
                .contains("no option 'heads'; there are layers, width, patch, image, classes"));
        assertTrue(assertThrows(TensorException.class, () -> ModelCatalog.sampler("none")).getMessage()
                .contains("mixers"));
    }

    @Test
    void theDataSetIsKnownByName() throws IOException {
        assertEquals(new DataFormat.Images(3, 8, 3), DataSets.open(DataKind.IMAGES, "squares").format(0));
        // One of one's own beside them does not change what is taken where nothing is said.
        assertEquals(new DataFormat.Images(3, 24, 10), DataSets.open(DataKind.IMAGES, null).format(0));
        assertTrue(assertThrows(TensorException.class, () -> DataSets.open(DataKind.TOKENS, "squares")).getMessage()
                .contains("the data set 'squares' has images, not tokens"));
    }

    @Test
    void aMixerLearnsTheColours() throws IOException {
        DataSplits squares = DataSets.open(DataKind.IMAGES, "squares");
        TargetNetwork mixer = ModelCatalog.parse(MIXER);
        mixer.data().requireFit(squares.format(0));
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            TargetTrainer trainer = new TargetTrainer(mixer,
                    mixer.initialized(device, Initialization.RANDOM, new RandomStream(1)),
                    squares.training(8, 0, new RandomStream(2)), TargetTrainer.Config.of(Schedule.constant(3e-3)),
                    device);
            for (int i = 0; i < 60; i++) trainer.step();
            double loss = trainer.validate(squares.validation(8, 0, new RandomStream(3)), 4);
            assertTrue(loss < 0.5 * Math.log(3), "loss " + loss);
        }
    }

    /** Meta-trained on the family's own set and on the data set, a hypernetwork predicts a Mixer that beats its random start. */
    @Test
    void aHypernetworkIsMetaTrainedOnBoth() throws IOException {
        ArchitectureSampler mixers = ModelCatalog.sampler("mixers");
        DataSplits squares = DataSets.open(mixers.dataKind(), "squares");
        MetaTask task = ArchitectureSetTask.of(mixers, squares, 8, 0, new RandomStream(1));
        TargetNetwork target = ModelCatalog.parse(MIXER);
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            HyperNetwork ghn = new HyperNetwork(Variant.MINI.config(Domain.VISION).withClasses(3));
            Parameters weights = ghn.initialized(device, new RandomStream(2));
            MetaTrainer trainer = new MetaTrainer(ghn, weights, task,
                    MetaTrainer.Config.of(2, Schedule.constant(3e-3), MetaTrainer.Config.PENALTY, 3), device);
            List<Double> losses = new ArrayList<>();
            for (int i = 0; i < 40; i++) losses.add(trainer.step().loss());
            assertTrue(losses.subList(35, 40).stream().mapToDouble(l -> l).average().orElseThrow() < 0.8 * losses
                    .get(0), losses.toString());
            BatchSource validation = squares.validation(8, 0, new RandomStream(4));
            try (Tape tape = Tape.inference(device)) {
                Parameters predicted = ghn.predict(new Functions(tape), weights, target, new RandomStream(5))
                        .parameters();
                assertEquals(target.shapes().keySet(), predicted.names());
                double loss = new TargetTrainer(target, predicted, validation,
                        TargetTrainer.Config.of(Schedule.constant(0)),
                        device)
                        .validate(validation, 4);
                assertTrue(loss < 0.9 * Math.log(3), "loss " + loss + ", guessing gives " + Math.log(3));
            }
        }
    }
}
