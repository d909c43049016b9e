package org.logah.training.experiment;

import org.jspecify.annotations.Nullable;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.Scaling;
import org.logah.models.DataFormat;
import org.logah.training.GhnConfigs;

/**
 * A hypernetwork by name: {@code mini}, or with another scaling {@code mini+mean-field}.
 *
 * @param variant the variant
 * @param scaling another scaling than its own, or null
 */
record NamedVariant(Variant variant, @Nullable Scaling scaling) {
    /** @throws org.logah.engine.TensorException if there is no such variant or scaling, saying which there are */
    static NamedVariant parse(String name) {
        int plus = name.indexOf('+');
        return plus < 0
                ? new NamedVariant(Variant.parse(name), null)
                : new NamedVariant(Variant.parse(name.substring(0, plus)), Scaling.parse(name.substring(plus + 1)));
    }

    /** {@return its configuration for targets that read such data} */
    GhnConfig config(DataFormat format) {
        GhnConfig own = GhnConfigs.of(variant, null, format);
        return scaling == null ? own : own.withScaling(scaling);
    }
}
