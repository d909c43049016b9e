package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Tensor;

/** Named tensors in one file or several. */
public interface TensorReader extends AutoCloseable {
    /**
     * Opens a file by what it holds, whatever its name: a safetensors file, or one of {@code torch.save}'s; or the index of several
     * as Hugging Face writes it, whose name ends with {@code .index.json}.
     *
     * @param file the file
     * @return a reader, to be closed
     * @throws FileFormatException if it is no such file
     * @throws IOException if it cannot be read
     */
    static TensorReader open(Path file) throws IOException {
        return file.toString().endsWith(ShardedReader.SUFFIX) ? ShardedReader.open(file) : TensorFiles.open(file);
    }

    /**
     * {@return a text beside the tensors, or null if there is none of that key}
     *
     * @param key its name
     * @throws IOException if the file cannot be read
     */
    @Nullable
    String metadata(String key) throws IOException;

    /** {@return the file that was opened: the one with the tensors, or the index, for messages} */
    Path file();

    /** {@return the names of all tensors, in the order of the file or the index} */
    Set<String> names();

    /**
     * Whether there is a tensor.
     *
     * @param name its name
     * @return whether it can be read
     */
    boolean contains(String name);

    /**
     * What the file says of a tensor.
     *
     * @param name of the tensor
     * @return type and shape
     * @throws FileFormatException if there is no such tensor
     * @throws IOException if its file cannot be opened
     */
    TensorEntry entry(String name) throws IOException;

    /**
     * A float tensor, from F32, F16, BF16 or F64, whose numbers are rounded.
     *
     * @param name of the tensor
     * @param device where it will be
     * @return a copy that lives until nothing refers to it
     * @throws FileFormatException if there is no such tensor, or it holds no floats
     * @throws IOException if its file cannot be opened
     * @throws IllegalStateException if the reader is closed
     */
    Tensor read(String name, Device device) throws IOException;

    /**
     * The elements of a tensor as they are stored: in row-major order and little-endian, each as the type of its entry says.
     *
     * @param name of the tensor
     * @param consumer gets the bytes, which are there only while it runs
     * @throws FileFormatException if there is no such tensor
     * @throws IOException if its file cannot be opened
     * @throws IllegalStateException if the reader is closed
     */
    void stored(String name, Consumer<MemorySegment> consumer) throws IOException;

    /**
     * Whether all numbers of a tensor are finite, before it is read.
     *
     * @param name of the tensor
     * @return whether they are; integers are
     * @throws FileFormatException if there is no such tensor
     * @throws IOException if its file cannot be opened
     */
    boolean isFinite(String name) throws IOException;

    @Override
    void close();
}
