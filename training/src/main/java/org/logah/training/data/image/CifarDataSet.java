package org.logah.training.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

/** CIFAR-10 or CIFAR-100 (Krizhevsky 2009) in their binary form, a folder as {@link CifarImages} reads it. */
public final class CifarDataSet implements DataSet {
    /** The data set, as it is registered. */
    public CifarDataSet() {}

    @Override
    public String kind() { return "cifar"; }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public String source() {
        return "a folder with the binary version of CIFAR-10 (data_batch_1.bin to data_batch_5.bin, test_batch.bin) or "
                + "CIFAR-100 (train.bin, test.bin) from https://www.cs.toronto.edu/~kriz/cifar.html";
    }

    @Override
    public boolean recognizes(Path path) throws IOException {
        return Files.isDirectory(path) && !CifarImages.files(path, true).isEmpty();
    }

    @Override
    public DataSplits open(@Nullable Path path) throws IOException {
        if (path == null) throw new TensorException("the data set 'cifar' is not built in; needed: " + source());
        if (!recognizes(path)) throw new FileFormatException(path, "no CIFAR images; needed: " + source());
        return new Folder(path);
    }

    private static final class Folder implements DataSplits {
        private final Path path;
        /** Those to train on under true, those to validate with under false; each is read once. */
        private final Map<Boolean, CifarImages> parts = new ConcurrentHashMap<>();

        private final Supplier<String> digest = Digests
                .once(() -> Digests.sha256(List.of(part(true).records(), part(false).records())));

        Folder(Path path) { this.path = path; }

        @Override
        public DataFormat format(int length) {
            return new DataFormat.Images(CifarImages.CHANNELS, CifarImages.SIDE, CifarImages.classes(path));
        }

        @Override
        public BatchSource training(int batch, int length, RandomStream random) {
            return part(true).batches(batch, true, random);
        }

        @Override
        public BatchSource validation(int batch, int length, RandomStream random) {
            return part(false).batches(batch, false, random);
        }

        @Override
        public String digest() { return digest.get(); }

        private CifarImages part(boolean training) { return parts.computeIfAbsent(training, this::read); }

        private CifarImages read(boolean training) {
            try {
                return CifarImages.read(path, training);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
