package org.logah.training.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;

/**
 * MNIST and what came in its form since: Fashion-MNIST, KMNIST. Their images are grey; since vision transformers read three
 * channels, each gets the same numbers. Pixels are brought to mean 0 and deviation 1 of the images to train on. In training images
 * are shifted by at most two pixels, and not flipped: a mirrored digit is none.
 */
public final class IdxDataSet implements DataSet {
    private static final Augmentation AUGMENTATION = new Augmentation(2, false);

    /** The data set, as it is registered. */
    public IdxDataSet() {}

    @Override
    public String kind() { return "idx"; }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public String source() {
        return "a folder with grey images as MNIST has them (train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                + "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, each also with .gz)";
    }

    @Override
    public boolean recognizes(Path path) throws IOException {
        return Files.isDirectory(path) && IdxImages.areIn(path, true);
    }

    @Override
    public DataSplits open(@Nullable Path path) throws IOException {
        if (path == null) throw new TensorException("the data set 'idx' is not built in; needed: " + source());
        if (!recognizes(path)) throw new FileFormatException(path, "no IDX images; needed: " + source());
        return new Folder(path);
    }

    /** Both parts are read when something is first asked that depends on them: sizes and classes are in the files alone. */
    private static final class Folder implements DataSplits {
        private final Path path;
        private final Supplier<String> digest = Digests.once(this::digested);
        private @Nullable Parts parts;

        private record Parts(IdxImages training, IdxImages validation, int classes, Standardization scale) {}

        Folder(Path path) { this.path = path; }

        @Override
        public DataFormat format(int length) {
            Parts p = parts();
            return p.training().images(p.classes(), p.scale()).format();
        }

        @Override
        public String digest() { return digest.get(); }

        private String digested() {
            Parts p = parts();
            return Digests.sha256(List.of(p.training().images(), p.training().labels(), p.validation().images(),
                    p.validation().labels()));
        }

        @Override
        public BatchSource training(int batch, int length, RandomStream random) {
            Parts p = parts();
            return p.training().images(p.classes(), p.scale()).batches(batch, AUGMENTATION, random);
        }

        @Override
        public BatchSource validation(int batch, int length, RandomStream random) {
            Parts p = parts();
            return p.validation().images(p.classes(), p.scale()).batches(batch, Augmentation.NONE, random);
        }

        private synchronized Parts parts() {
            if (parts == null) {
                try {
                    parts = read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return parts;
        }

        private Parts read() throws IOException {
            IdxImages training = IdxImages.read(path, true);
            IdxImages validation = IdxImages.read(path, false);
            if (training.side() != validation.side())
                throw new FileFormatException(validation.imageFile(), "has images of " + validation.side() + " x "
                        + validation.side() + ", those to train on in " + training.imageFile().getFileName()
                        + " are of " + training.side() + " x " + training.side() + "; they must be of one size");
            if (validation.classes() > training.classes())
                throw new FileFormatException(validation.labelFile(), "has the label " + (validation.classes() - 1)
                        + ", and " + training.labelFile().getFileName() + " none above " + (training.classes() - 1));
            return new Parts(training, validation, training.classes(), training.scale());
        }
    }
}
