package org.logah.training.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.Device;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.models.DataFormat;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/** Hypernetworks for given data. */
class GhnConfigsTest {
    private static final String HEAD = "lm_head.weight";

    /** A head whose rows repeat gives all tokens of a group the same logit: such a start cannot be better than guessing among them. */
    @ParameterizedTest
    @ValueSource(strings = {"ghn3-mini", "mini", "cosine-mini"})
    void everyTokenHasARowOfItsOwn(String variant) {
        TargetNetwork target = ModelCatalog
                .parse("gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=8,tied=false");
        try (Device device = new CpuDevice(); Tape tape = Tape.inference(device)) {
            HyperNetwork hyper = new HyperNetwork(GhnConfigs.of(NamedVariant.parse(variant), null, target.data()));
            Parameters weights = hyper.initialized(device, new RandomStream(1));
            Parameters predicted = hyper.predict(new Functions(tape), weights, target, new RandomStream(2))
                    .parameters();
            float[] head = predicted.get(HEAD).value().toFloats();
            Set<String> rows = IntStream.range(0, 256)
                    .mapToObj(r -> Arrays.toString(Arrays.copyOfRange(head, r * 16, (r + 1) * 16)))
                    .collect(Collectors.toSet());
            assertEquals(256, rows.size());
        }
    }

    @Test
    void classesAreThoseOfTheDataWhereTheDecoderAsks() {
        TargetNetwork vit = ModelCatalog.parse("vit:layers=1,heads=2,width=16,patch=4,image=8,classes=7");
        TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=300,positions=8,tied=false");
        assertEquals(7, classes("ghn3-mini", vit.data()));
        assertEquals(7, classes("mini", vit.data()));
        assertEquals(300, classes("ghn3-mini", gpt.data()));
        assertEquals(10, classes("mini", gpt.data())); // the reference's: it has no map for classes, and its bins have vocabularies
    }

    private static int classes(String variant, DataFormat data) {
        GhnConfig config = GhnConfigs.of(NamedVariant.parse(variant), null, data);
        return config.features().classes();
    }
}
