package org.logah.training.extension;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.part.Parts;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;
import org.logah.models.ArchitectureSampler;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingRun;

/**
 * An encoder, a decoder, a family of targets with its sampler and a data set that only the tests know, all at once: a hypernetwork
 * of them is meta-trained, saved, resumed, read, and predicts on a tape and streaming, to the same bits each time.
 */
class OwnPartsTogetherTest {
    @TempDir
    Path folder;

    private static GhnConfig config() {
        return new GhnConfig(16, new GraphForm(UntiedHead.BEHIND_NORM, 50), FeatureConfig.of(Domain.VISION, 3),
                Parts.of(EncoderConfig.class, "encoder").get("mean"),
                Parts.of(DecoderConfig.class, "decoder").get("block"), new FanInScaling());
    }

    private static MetaTrainer trainer(Device device) throws IOException {
        ArchitectureSampler mixers = ModelCatalog.sampler("mixers");
        DataSplits squares = DataSets.open(mixers.dataKind(), "squares");
        HyperNetwork ghn = new HyperNetwork(config());
        return new MetaTrainer(ghn, ghn.initialized(device, new RandomStream(2)),
                ArchitectureSetTask.of(mixers, squares, 4, 0, new RandomStream(1)),
                MetaTrainer.Config.of(2, Schedule.warmupCosine(1e-5, 3e-3, 2, 8), MetaTrainer.Config.PENALTY, 3),
                device);
    }

    /** Commands name hypernetworks so. */
    @Test
    void aDecoderIsReachedByItsName() {
        GhnConfig named = NamedVariant.parse("mini+block").config(Domain.VISION, "mean");
        assertEquals(new BlockDecoder.Config(), named.decoder());
        assertEquals("mean", named.encoder().kind());
    }

    @Test
    void theyAreTrainedResumedAndPredictedWithLikeTheProgramsOwn() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Path parts = folder.resolve("parts.safetensors");
        try (CpuDevice device = new CpuDevice(2, KernelChoice.AUTO)) {
            new TrainingRun(trainer(device), RunConfig.of(8).withFile(whole)).run();
            new TrainingRun(trainer(device), RunConfig.of(5).withFile(parts)).run();
            TrainingRun rest = new TrainingRun(trainer(device), RunConfig.of(8).withFile(parts));
            assertTrue(rest.resume());
            assertEquals(8, rest.run().position());
            assertEquals(-1, Files.mismatch(whole, parts));

            GhnFile.Loaded ghn = GhnFile.read(parts, device);
            assertEquals(config(), ghn.network().config());
            TargetNetwork mixer = ModelCatalog.parse("mixer:layers=3,width=32,patch=2,image=8,classes=3");
            Map<String, float[]> streamed = new ConcurrentHashMap<>();
            new StreamingPredictor(ghn.network(), ghn.parameters(), device).predict(mixer, new RandomStream(4),
                    (name, first, values) -> streamed.put(name, values.toFloats()), _ -> {});
            try (Tape tape = Tape.inference(device)) {
                Parameters predicted = ghn.network()
                        .predict(new Functions(tape), ghn.parameters(), mixer, new RandomStream(4)).parameters();
                assertEquals(mixer.shapes().keySet(), streamed.keySet());
                for (String name : predicted.names())
                    assertArrayEquals(predicted.get(name).value().toFloats(), streamed.get(name), name);
            }
        }
    }
}
