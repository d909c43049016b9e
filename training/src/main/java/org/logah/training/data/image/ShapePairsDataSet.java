package org.logah.training.data.image;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.training.data.DataSet;

/** The images of {@link ShapePairs}. */
public final class ShapePairsDataSet implements DataSet {
    /** The data set, as it is registered. */
    public ShapePairsDataSet() {}

    @Override
    public String kind() { return "shape-pairs"; }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public String source() {
        return "built in: two of the ten shapes side by side, a hundred classes, images of 24 x 24";
    }

    @Override
    public boolean builtIn() { return true; }

    @Override
    public boolean recognizes(Path path) { return false; }

    @Override
    public ShapePairs open(@Nullable Path path) {
        if (path != null) throw new TensorException("the data set 'shape-pairs' is built in; leave out " + path);
        return new ShapePairs();
    }
}
