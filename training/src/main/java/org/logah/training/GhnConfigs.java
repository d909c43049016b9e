package org.logah.training;

import org.jspecify.annotations.Nullable;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;

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
     * {@return a variant for targets that read given data} One for images has their number of classes.
     *
     * @param variant the variant
     * @param encoder the name of another encoder, or null for the variant's own
     * @param data what the targets read
     * @throws org.logah.engine.TensorException if there is no such encoder, saying which there are, or it cannot work on the
     *         variant's width
     */
    public static GhnConfig of(Variant variant, @Nullable String encoder, DataFormat data) {
        Domain domain = domain(data.kind());
        GhnConfig config = encoder == null ? variant.config(domain) : variant.config(domain, encoder);
        return domain == Domain.VISION ? config.withClasses(data.classes()) : config;
    }
}
