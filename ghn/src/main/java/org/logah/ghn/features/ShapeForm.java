package org.logah.ghn.features;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How a parameter's shape is encoded in a node's features. */
public enum ShapeForm {
    /** A table row for each length, as in the reference (GHN-2, section 3.3). An unseen length's row keeps its random start. */
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
