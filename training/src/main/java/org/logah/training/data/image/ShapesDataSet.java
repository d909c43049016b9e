package org.logah.training.data.image;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.training.data.DataSet;

/** The images of {@link ShapeImages}: what classifiers are trained on where no data is given. */
public final class ShapesDataSet implements DataSet {
    /** The data set, as it is registered. */
    public ShapesDataSet() {}

    @Override
    public String kind() { return "shapes"; }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public String source() {
        return "built in: ten bright shapes on a dark ground, at any place and angle, images of 24 x 24";
    }

    @Override
    public boolean builtIn() { return true; }

    @Override
    public boolean preferred() { return true; }

    @Override
    public boolean recognizes(Path path) { return false; }

    @Override
    public ShapeImages open(@Nullable Path path) {
        if (path != null) throw new TensorException("the data set 'shapes' is built in; leave out " + path);
        return new ShapeImages();
    }
}
