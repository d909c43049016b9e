package org.logah.training.prediction;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.features.Domain;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;

/** Hypernetworks for networks that read given data. */
public final class GhnConfigs {
    private GhnConfigs() {}

    /**
     * {@return what a hypernetwork is made for whose targets read a kind of data}
     *
     * @param kind tokens or images
     */
    public static Domain domain(DataKind kind) {
        return switch (kind) {
            case TOKENS -> Domain.LANGUAGE;
            case IMAGES -> Domain.VISION;
        };
    }

    /**
     * Refuses a hypernetwork that was made for other data than a target reads.
     *
     * @param config the hypernetwork's
     * @param target the network to predict parameters for
     * @throws TensorException if one is of language and the other of vision
     */
    public static void requireFit(GhnConfig config, TargetNetwork target) {
        Domain its = config.features().domain();
        if (its == domain(target.data().kind())) return;
        String kind = its == Domain.LANGUAGE ? "language" : "vision";
        String other = its == Domain.LANGUAGE ? "vision" : "language";
        throw new TensorException("the hypernetwork is one for " + kind + " models, " + target.describe() + " is a "
                + other + " model; take one that was trained on " + other + " models");
    }

    /**
     * {@return a variant for targets that read given data} One for images has their number of classes; one whose decoder has a map of its own
     * for the last matrix has as many outputs there as the targets, for texts the vocabulary: with fewer, tokens would share rows of the head,
     * and no prediction could tell them apart.
     *
     * @param variant the variant
     * @param encoder the name of another encoder, or null for the variant's own
     * @param data what the targets read
     * @throws TensorException if there is no such encoder, saying which there are, or it cannot work on the
     *         variant's width
     */
    public static GhnConfig of(NamedVariant variant, @Nullable String encoder, DataFormat data) {
        Domain domain = domain(data.kind());
        GhnConfig config = variant.config(domain, encoder);
        return domain == Domain.VISION || config.decoder().hasClassifier()
                ? config.withClasses(data.classes())
                : config;
    }
}
