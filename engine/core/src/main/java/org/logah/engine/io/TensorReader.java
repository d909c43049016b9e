package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Path;

import org.logah.engine.Device;
import org.logah.engine.Tensor;

/** Named tensors in one file or several. */
public interface TensorReader extends AutoCloseable {
    /** A safetensors file, or the index of several as Hugging Face writes it, whose name ends with {@code .index.json}. */
    static TensorReader open(Path file) throws IOException {
        return file.toString().endsWith(ShardedReader.SUFFIX)
                ? ShardedReader.open(file)
                : SafetensorsReader.open(file);
    }

    /** The file that was opened: the safetensors file or the index, for messages. */
    Path file();

    /** Whether there is a tensor of that name. */
    boolean contains(String name);

    /** @throws FileFormatException if there is no such tensor */
    TensorEntry entry(String name) throws IOException;

    /** A float tensor (from F32, F16 or BF16) on a device. */
    Tensor read(String name, Device device) throws IOException;

    @Override
    void close();
}
