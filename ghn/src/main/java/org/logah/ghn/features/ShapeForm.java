package org.logah.ghn.features;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the shape of what a node carries becomes a part of its features. */
public enum ShapeForm {
    /** A row of a table for each length, as the reference has it (GHN-2, section 3.3). Of a length that no training saw, the row is as it was drawn. */
    BINNED {
        @Override
        ShapeFeatures build(FeatureConfig config, int hidden, int maxKernel) {
            return new BinnedShapes(config, hidden, maxKernel);
        }
    },
    /** Ours: lengths as parts of the residual stream's width, so that a wider network of the same form has the same features. */
    RELATIVE {
        @Override
        ShapeFeatures build(FeatureConfig config, int hidden, int maxKernel) { return new RelativeShapes(hidden); }
    };

    /** {@return the name in files and on a command line: {@code relative}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the names of all forms} */
    public static List<String> labels() {
        return Arrays.stream(values()).map(ShapeForm::label).toList();
    }

    /**
     * {@return the features of shapes in this form}
     *
     * @param config what the embeddings are made for
     * @param hidden width of the node states
     * @param maxKernel side of the largest kernel that the decoder emits
     */
    abstract ShapeFeatures build(FeatureConfig config, int hidden, int maxKernel);
}
