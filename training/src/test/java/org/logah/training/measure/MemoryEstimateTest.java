package org.logah.training.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.logah.engine.MemoryBudget;
import org.logah.engine.MetaDevice;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.ArchitectureSetTask;
import org.logah.training.MetaTask;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;

class MemoryEstimateTest {
    private static final TargetNetwork SMALL = ModelCatalog
            .parse("gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=65536");
    private final HyperNetwork hyper = new HyperNetwork(Variant.MINI.config(Domain.LANGUAGE));

    private static MetaTask task() {
        return ArchitectureSetTask.of(ModelCatalog.sampler("small"), new ByteText(GrammarText.generate(20_000, 1)), 4,
                64, new RandomStream(1));
    }

    @Test
    void architecturesThatAreComputedSideBySideCountEach() {
        long one = MemoryEstimate.ofMetaTraining(hyper, task(), 4, 1).bytes();
        long two = MemoryEstimate.ofMetaTraining(hyper, task(), 4, 2).bytes();
        long four = MemoryEstimate.ofMetaTraining(hyper, task(), 4, 4).bytes();
        assertTrue(two > one, one + " and " + two);
        assertEquals(four - two, 2 * (two - one));
        assertEquals(four, MemoryEstimate.ofMetaTraining(hyper, task(), 4, 64).bytes());
    }

    @Test
    void aPredictionHasAPieceOnItsWayForEachThread() {
        TargetNetwork target = SMALL;
        long one = MemoryEstimate.ofPrediction(hyper, target, hyper.graphOf(target), 1).bytes();
        long three = MemoryEstimate.ofPrediction(hyper, target, hyper.graphOf(target), 3).bytes();
        assertEquals(2 * StreamingPredictor.PIECE_BYTES, three - one);
    }

    @Test
    void numbersThatAreTooLargeAreRefusedInOneLine() {
        String message = assertThrows(TensorException.class, () -> MemoryEstimate.ofTraining(SMALL, 65536, 65536))
                .getMessage();
        assertTrue(message.contains("4294967296 tokens, more than 2147483647"), message);
        MemoryEstimate most = MemoryEstimate.ofMetaTraining(hyper, task(), Integer.MAX_VALUE, Integer.MAX_VALUE);
        assertTrue(most.bytes() > 1L << 50, most.toString());
        MemoryEstimate pieces = MemoryEstimate.ofPrediction(hyper, SMALL, hyper.graphOf(SMALL), Integer.MAX_VALUE);
        assertTrue(pieces.bytes() > 1L << 50, pieces.toString());
    }

    @Test
    void whatDoesNotFitSaysWhatTakesMost() {
        MemoryEstimate need = new MemoryEstimate(3L << 30, "a table 2 GB");
        MemoryBudget.ExceededException e = assertThrows(MemoryBudget.ExceededException.class,
                () -> need.require("the job", new MetaDevice(), MemoryBudget.of(1L << 30)));
        assertTrue(e.getMessage().startsWith("the job needs 3.00 GB of memory, 1.00 GB are available"), e.getMessage());
        assertTrue(e.getMessage().endsWith("Largest: a table 2 GB"), e.getMessage());
        need.require("the job", new MetaDevice(), MemoryBudget.of(4L << 30));
    }
}
