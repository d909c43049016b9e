package org.logah.training.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;

/** JPEG and PNG images of any sizes in a folder for each class, see {@link ImageFolder}. */
public final class FolderDataSet implements DataSet {
    /** The data set, as it is registered. */
    public FolderDataSet() {}

    @Override
    public String kind() { return "folder"; }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public String source() {
        return "a folder with JPEG or PNG images as ImageNet has them (train/CLASS/, val/CLASS/), or with a folder for each "
                + "class";
    }

    @Override
    public boolean recognizes(Path path) throws IOException { return ImageFolder.isAt(path); }

    /** @throws TensorException always: without a request there is no side to bring the images to */
    @Override
    public DataSplits open(@Nullable Path path) throws IOException { return open(path, DataRequest.NONE); }

    @Override
    public DataSplits open(@Nullable Path path, DataRequest request) throws IOException {
        request.requireNoTokenizer(kind());
        if (path == null) throw new TensorException("the data set 'folder' is not built in; needed: " + source());
        if (!ImageFolder.isAt(path)) throw new FileFormatException(path, "no images; needed: " + source());
        if (request.imageSide() == null)
            throw new TensorException(
                    path + ": images of a folder are brought to one size; say its side in pixels with "
                            + "--image-side");
        ImageFolder folder = ImageFolder.list(path);
        folder.requireImages();
        return new Splits(path, folder, request.imageSide());
    }

    private static final class Splits implements DataSplits {
        private final Path path;
        private final ImageFolder folder;
        private final DataFormat.Images format;
        private final DecodedImages training;
        private final DecodedImages validation;
        private final Supplier<String> digest = Digests.once(this::digested);

        Splits(Path path, ImageFolder folder, int side) {
            this.path = path;
            this.folder = folder;
            format = new DataFormat.Images(RgbImage.CHANNELS, side, folder.classes().size());
            training = new DecodedImages(folder.training());
            validation = new DecodedImages(folder.validation());
        }

        @Override
        public DataFormat format(int length) { return format; }

        @Override
        public String digest() { return digest.get(); }

        private String digested() {
            try {
                return folder.digest(path) + " at " + format.side();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public BatchSource training(int batch, int length, RandomStream random) {
            return new FolderBatches(training, format, batch, true, random);
        }

        @Override
        public BatchSource validation(int batch, int length, RandomStream random) {
            return new FolderBatches(validation, format, batch, false, random);
        }
    }
}
