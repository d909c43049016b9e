package org.logah.training.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.ghn.graph.GraphTracer;
import org.logah.ghn.graph.GraphIsomorphism;
import org.logah.autograd.nn.Network;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;

class ArchitectureSetTest {
    private static final Tokens BYTES = new Tokens(256, 64);

    private static ArchitectureSet set(String name, DataFormat data, long seed) {
        return new ArchitectureSet(ModelCatalog.sampler(name), data, new RandomStream(seed).split("meta"));
    }

    /** The same choices as ever: a meta-training that goes on must meet the architectures that it would have met. */
    @ParameterizedTest
    @CsvSource({"small, 1680210331", "gpts, -1776014666"})
    void whatIsChosenForAStepIsTheSameAsEver(String name, int expected) {
        ArchitectureSet set = set(name, BYTES, 1);
        int descriptions = 0;
        for (int step = 0; step < 500; step++) {
            for (int index = 0; index < 2; index++)
                descriptions = 31 * descriptions + set.chosen(step, index).describe().hashCode();
        }
        assertEquals(expected, descriptions);
    }

    @Test
    void aStepChoosesByNumber() {
        ArchitectureSet set = set("gpts", BYTES, 1);
        for (int step = 0; step < 20; step++) {
            int number = new RandomStream(1).split("meta").split("choice").split(step).split(1).nextInt(1000);
            assertSame(set.architecture(number), set.chosen(step, 1));
        }
    }

    @Test
    void theSameArchitectureIsTheSameObject() {
        ArchitectureSet small = set("small", BYTES, 2);
        List<TargetNetwork> chosen = IntStream.range(0, 200).mapToObj(i -> small.chosen(i, 0)).toList();
        assertEquals(15, chosen.stream().distinct().count(), "3 depths and 5 widths");
        assertEquals(15, chosen.stream().map(TargetNetwork::describe).distinct().count());
    }

    @Test
    void aSetAsksForItsOwnKindOfData() {
        assertTrue(assertThrows(TensorException.class, () -> set("vits", BYTES, 1)).getMessage()
                .contains("the set 'vits' read images, the data has tokens"));
        ArchitectureSet vits = set("vits", new Images(3, 32, 10), 1);
        assertEquals("vits", vits.name());
        assertThrows(TensorException.class, () -> vits.architecture(1000));
        assertThrows(TensorException.class, () -> vits.architecture(-1));
        assertThrows(TensorException.class, () -> set("vits", new Images(1, 32, 10), 1).architecture(0));
    }

    /** What is drawn anew for each step is drawn again where it is held out, to the same whenever a training goes on. */
    @Test
    void whatIsHeldOutOfAnEndlessSetIsNotTrainedOn() {
        ArchitectureSet small = set("small", BYTES, 1);
        ArchitectureSet.Split split = small.withHeldOut(8);
        Set<Map<String, Shape>> held = new HashSet<>();
        for (TargetNetwork network : split.heldOut()) held.add(network.shapes());
        assertEquals(5, held.size(), "a third of the 15 that there are");
        assertEquals(5, split.heldOut().size());
        assertEquals(3, small.withHeldOut(3).heldOut().size());
        ArchitectureSet training = split.training();
        assertEquals(ArchitectureSampler.ENDLESS, training.size());
        Set<String> trained = new HashSet<>();
        int again = 0;
        for (int step = 0; step < 300; step++) {
            TargetNetwork network = training.chosen(step, 1);
            assertFalse(held.contains(network.shapes()), network.describe());
            assertFalse(held.contains(training.architecture(step).shapes()));
            trained.add(network.describe());
            if (held.contains(small.chosen(step, 1).shapes())) again++;
            else assertEquals(small.chosen(step, 1).describe(), network.describe(), "step " + step);
        }
        assertEquals(10, trained.size());
        assertTrue(again > 50, again + " of 300 were drawn again");
        ArchitectureSet later = set("small", BYTES, 1).withHeldOut(8).training();
        for (int step = 299; step >= 0; step--)
            assertEquals(training.chosen(step, 1).describe(), later.chosen(step, 1).describe());
        for (int i = 0; i < 20; i++) assertFalse(held.contains(training.sized(20).architecture(i).shapes()));
    }

    @Test
    void anEndlessSetInWhichNothingElseIsFoundSaysSo() {
        AtomicInteger width = new AtomicInteger();
        ArchitectureSampler small = ModelCatalog.sampler("small");
        ArchitectureSampler few = new ArchitectureSampler("few", "GPT", "GPTs of some widths", small.dataKind(),
                ArchitectureSampler.ENDLESS, (random, data) -> small.sized().network(2,
                        width.get() == 0 ? random.nextInt(32, 40, 8) : width.get(), data),
                small.sized());
        ArchitectureSet.Split split = new ArchitectureSet(few, BYTES, new RandomStream(1)).withHeldOut(8);
        assertEquals(1, split.heldOut().size(), "one of two");
        width.set(Integer.parseInt(ModelCatalog.options(split.heldOut().getFirst()).get("width")));
        assertEquals(
                "the set 'few' has nothing but what is held out: 1000 draws gave no other; hold out fewer, or add others",
                assertThrows(TensorException.class, () -> split.training().chosen(3, 0)).getMessage());
        ArchitectureSet one = new ArchitectureSet(few, BYTES, new RandomStream(1));
        assertTrue(assertThrows(TensorException.class, () -> one.withHeldOut(8)).getMessage()
                .contains("has architectures of one shape only"));
    }

    @Test
    void architecturesOfADistinctSetAreDifferentForAHypernetwork() {
        ArchitectureSet set = set("small", BYTES, 3);
        ArchitectureSet distinct = set.distinct(12);
        List<TargetNetwork> all = IntStream.range(0, 12).mapToObj(distinct::architecture).toList();
        for (int i = 0; i < 12; i++) {
            for (int j = 0; j < i; j++)
                assertFalse(same(all.get(i), all.get(j)), all.get(i).describe());
        }
        assertEquals(set.architecture(0).describe(), all.get(0).describe(), "the first is always new");
        // In any order, and for the places of a step.
        ArchitectureSet again = set.distinct(12);
        for (int i = 11; i >= 0; i--) assertEquals(all.get(i).describe(), again.architecture(i).describe());
        for (int i = 0; i < 20; i++) assertTrue(all.contains(distinct.chosen(i, 0)));
        List<String> plain = IntStream.range(0, 12).mapToObj(i -> set.architecture(i).describe()).distinct().toList();
        assertTrue(plain.size() < 12, "this seed draws one twice: " + plain);
    }

    @Test
    void aDistinctSetLargerThanWhatThereIsSaysSo() {
        ArchitectureSet twenty = set("small", BYTES, 3).distinct(20);
        assertTrue(assertThrows(TensorException.class, () -> twenty.architecture(19)).getMessage()
                .matches("the set 'small' has no 20 different architectures: 15 were found among 1\\d\\d\\d"));
        assertThrows(TensorException.class, () -> set("small", BYTES, 3).distinct(0));
    }

    private static boolean same(Network a, Network b) {
        return GraphIsomorphism.exists(GraphTracer.trace(a), GraphTracer.trace(b));
    }

    /** Attention's heads are no part of the graph. */
    @Test
    void whatAHypernetworkCannotTellApartIsTheSame() {
        TargetNetwork two = ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=20,positions=8");
        TargetNetwork four = ModelCatalog.parse("gpt2:layers=1,heads=4,width=16,vocabulary=20,positions=8");
        assertNotSame(two, four);
        assertTrue(same(two, four));
        assertFalse(same(two,
                ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=20,positions=8,tied=false")));
    }

    /** A batch is made once a step, shared by the step's architectures, and closed behind them. */
    @Test
    void aStepMakesOneBatchAndClosesIt() {
        ByteText text = new ByteText(GrammarText.generate(20_000, 1));
        List<Batch> made = Collections.synchronizedList(new ArrayList<>());
        ArchitectureSet set = set("small", new Tokens(256, 16), 1);
        var source = text.training(2, 16, new RandomStream(1));
        MetaTask task = new ArchitectureSetTask(set, (number, device) -> {
            Batch batch = source.batch(number, device);
            made.add(batch);
            return batch;
        });
        try (Device device = new CpuDevice(2, KernelChoice.AUTO)) {
            HyperNetwork ghn = new HyperNetwork(Variant.MINI.config(Domain.LANGUAGE));
            MetaTrainer trainer = new MetaTrainer(ghn, ghn.initialized(device, new RandomStream(1)), task,
                    MetaTrainer.Config.of(3, Schedule.constant(1e-3), MetaTrainer.Config.PENALTY, 1), device);
            for (int step = 1; step <= 3; step++) {
                assertTrue(trainer.step().applied());
                assertEquals(step, made.size());
                assertTrue(made.getLast().input().storage().released());
                assertTrue(made.getLast().targets().storage().released());
            }
        }
    }
}
