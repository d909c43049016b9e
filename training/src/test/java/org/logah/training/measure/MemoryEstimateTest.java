package org.logah.training.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.logah.autograd.optim.Schedule;
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
import org.logah.models.text.LanguageModel;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
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
        long two = estimate(8, 2);
        long three = estimate(8, 3);
        long four = estimate(8, 4);
        assertTrue(three > two, two + " and " + three);
        assertEquals(four - three, three - two);
        assertEquals(four + 4 * (four - three - 2 * 4 * hyper.parameterCount()), estimate(8, 64));
    }

    private long estimate(int metaBatch, int threads) {
        return MemoryEstimate.ofMetaTraining(hyper, task(), config(metaBatch), threads).bytes();
    }

    private static MetaTrainer.Config config(int metaBatch) {
        return MetaTrainer.Config.of(metaBatch, Schedule.constant(1e-3), MetaTrainer.Config.PENALTY, 1);
    }

    /** Those of a step beyond two for each thread wait until there is room for their gradients. */
    @Test
    void architecturesOfAStepThatWaitCountNothing() {
        assertEquals(estimate(4, 2), estimate(64, 2));
        assertEquals(estimate(2, 1), estimate(64, 1));
        long plain = estimate(4, 2);
        MetaTrainer.Config averaged = config(4).withAverage(0.999);
        assertEquals(plain + 4 * hyper.parameterCount(),
                MemoryEstimate.ofMetaTraining(hyper, task(), averaged, 2).bytes());
        MetaTrainer.Config again = config(4).withRecomputation(true);
        assertTrue(MemoryEstimate.ofMetaTraining(hyper, task(), again, 2).bytes() < plain);
    }

    @Test
    void aPredictionHasAPieceOnItsWayForEachThread() {
        TargetNetwork target = SMALL;
        long one = MemoryEstimate.ofPrediction(hyper, target, hyper.graphOf(target), 1).bytes();
        long three = MemoryEstimate.ofPrediction(hyper, target, hyper.graphOf(target), 3).bytes();
        assertEquals(2 << 20, three - one);
        // Eight rows are the fewest: those of a wide matrix are more.
        TargetNetwork wide = ModelCatalog.parse("gpt2:layers=1,heads=1,width=16,mlp=65536,vocabulary=16,positions=8");
        assertEquals(4L * 8 * 65536, StreamingPredictor.pieceBytes(wide));
    }

    @Test
    void numbersThatAreTooLargeAreRefusedInOneLine() {
        String message = assertThrows(TensorException.class, () -> MemoryEstimate.ofTraining(SMALL, 65536, 65536))
                .getMessage();
        assertTrue(message.contains("4294967296 tokens, more than 2147483647"), message);
        MemoryEstimate most = MemoryEstimate.ofMetaTraining(hyper, task(), config(Integer.MAX_VALUE),
                Integer.MAX_VALUE);
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

    /** Weights once, in half beside them where they are rounded, and keys and values of as many tokens as there may be. */
    @Test
    void generationKeepsWeightsAndCaches() {
        LanguageModel model = (LanguageModel) ModelCatalog
                .parse("gpt2:layers=3,heads=2,width=64,vocabulary=5000,positions=512,tied=true");
        long four = MemoryEstimate.ofGeneration(model, 4, 96, false).bytes();
        long weights = 4 * model.parameterCount();
        long caches = 4L * 3 * 2 * 64;
        assertTrue(four > weights + 100 * caches && four < 1.2 * (weights + 100 * caches), four + " of " + weights);
        assertEquals(four + 50 * caches, MemoryEstimate.ofGeneration(model, 4, 146, false).bytes());
        assertEquals(four + 412 * caches, MemoryEstimate.ofGeneration(model, 4, 100_000, false).bytes());
        long halved = MemoryEstimate.ofGeneration(model, 4, 96, true).bytes() - four;
        assertTrue(halved > 0.45 * weights && halved < weights / 2, halved + " of " + weights);
        MemoryEstimate.ofGeneration(model, 1000, 1, false);
    }
}
