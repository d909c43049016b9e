package org.logah.training.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.logah.engine.TensorException;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ArchitectureSampler;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.prediction.GhnConfigs;
import org.logah.training.sweep.SweepValues;

/**
 * What a {@link StartComparison} compares.
 *
 * @param meta the hypernetworks' training; batch, context and the first seed hold for the target's, too
 * @param set what they are trained on, by the names of {@link ModelCatalog#samplers}; the target is of the same family
 * @param variants hypernetworks, by the names of {@link NamedVariant}, of which {@link NamedVariant#label} is kept;
 *        each predicts a start
 * @param others starts without one, by the names of {@link Initialization}
 * @param unseen the target
 * @param trainSteps steps from each start
 * @param rates learning rates that the first seed tries
 */
public record ComparisonConfig(MetaTrainingRecipe meta, String set, List<String> variants, List<String> others,
        UnseenTarget unseen, int trainSteps, List<Double> rates) {

    /** Steps of meta-training where nothing else is said. */
    public static final int META_STEPS = 2800;
    /** Architectures a step of meta-training. */
    public static final int META_BATCH = 2;
    /** The target where nothing else is said: deeper and wider than any of the set {@code small}. */
    public static final UnseenTarget.Sized UNSEEN = new UnseenTarget.Sized(6, 96);
    /** Steps from each start where nothing else is said. */
    public static final int TRAIN_STEPS = 600;

    /**
     * Checks that there is something to compare.
     *
     * @throws TensorException if the set is unknown, there is no start or no learning rate, a start is named twice, whatever the
     *        order of its changes, or two names mean one hypernetwork
     */
    public ComparisonConfig {
        set = ModelCatalog.sampler(set).name(); // gpts-1k and gpts are one
        variants = variants.stream().map(v -> NamedVariant.parse(v).label()).toList();
        others = others.stream().map(o -> Initialization.parse(o).label()).toList();
        List<String> all = joined(variants, others);
        rates = List.copyOf(rates);
        SweepValues.requireDistinct("start", all);
        requireDifferent(variants, GhnConfigs.domain(ModelCatalog.sampler(set).dataKind()));
        SweepValues.requireDistinct("learning rate", rates);
        for (double rate : rates)
            if (!(rate > 0 && rate < Double.POSITIVE_INFINITY))
                throw new TensorException("comparison: the learning rate " + rate + " is not positive");
        if (trainSteps < 1)
            throw new TensorException("comparison: " + trainSteps + " steps from each start; 1 is the least");
    }

    /** Refuses two names of one hypernetwork. */
    private static void requireDifferent(List<String> variants, Domain domain) {
        Map<GhnConfig, String> known = new LinkedHashMap<>();
        for (String variant : variants) {
            String before = known.putIfAbsent(NamedVariant.parse(variant).config(domain, null), variant);
            if (before != null)
                throw new TensorException("comparison: " + before + " and " + variant
                        + " are one hypernetwork; leave one of them out");
        }
    }

    /**
     * {@return the usual comparison, of about three minutes on two cores: a GPT of 6 layers and width 96, 600 steps from each
     * start}
     *
     * @param seed of everything random
     */
    public static ComparisonConfig standard(long seed) {
        return new ComparisonConfig(
                new MetaTrainingRecipe(META_STEPS, META_BATCH, MetaTrainingRecipe.BATCH, MetaTrainingRecipe.CONTEXT,
                        1e-2, 0,
                        seed),
                "small", List.of(Variant.COSINE_MINI.label()),
                List.of(Initialization.RANDOM.label(), Initialization.ORTHOGONAL.label(),
                        Initialization.LECUN.label()),
                UNSEEN, TRAIN_STEPS, List.of(1e-3));
    }

    /** {@return the set that the hypernetworks are trained on} */
    public ArchitectureSampler sampler() {
        return ModelCatalog.sampler(set);
    }

    /** {@return the names of all starts, predicted ones first} */
    public List<String> starts() {
        return joined(variants, others);
    }

    private static List<String> joined(List<String> predicted, List<String> others) {
        return Stream.concat(predicted.stream(), others.stream()).toList();
    }
}
