package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

import org.logah.engine.io.torch.TorchFile;

/** Tells the kinds of single files of tensors apart by how they begin. */
final class TensorFiles {
    private static final byte BRACE = '{';

    private TensorFiles() {}

    /**
     * Opens one file.
     *
     * @throws FileFormatException if it is of no kind that is known
     */
    static TensorReader open(Path file) throws IOException {
        try (MappedFile mapped = MappedFile.open(file, SafetensorsReader.KIND)) {
            MemorySegment bytes = mapped.bytes();
            boolean torch = mapped.whole(() -> TorchFile.isOne(bytes));
            if (!torch && mapped.whole(() -> isCompressed(bytes)))
                throw new FileFormatException(file, "is compressed, as joblib writes it; in Python, "
                        + "torch.save(joblib.load('x'), 'x.pt') makes a file of it that is read");
            return torch ? TorchReader.open(file) : SafetensorsReader.open(file);
        }
    }

    /** As gzip and zlib do it; a safetensors file whose header has such a length has a brace behind it. */
    private static boolean isCompressed(MemorySegment bytes) {
        if (bytes.byteSize() < 9 || bytes.get(ValueLayout.JAVA_BYTE, 8) == BRACE) return false;
        int first = bytes.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        int second = bytes.get(ValueLayout.JAVA_BYTE, 1) & 0xff;
        return first == 0x1f && second == 0x8b || first == 0x78 && (first << 8 | second) % 31 == 0;
    }
}
