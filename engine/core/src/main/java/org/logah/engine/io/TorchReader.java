package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.torch.StateDict;
import org.logah.engine.io.torch.TorchFile;
import org.logah.engine.io.torch.TorchTensor;

/**
 * The weights in a file of {@code torch.save}'s, mapped into memory: what {@code module.state_dict()} gives, alone or in a dict with
 * other things under {@code state_dict}, {@code model_state_dict} or {@code model}. Nothing in the file is run. Tensors are copied out
 * one by one, those that were transposed or cut out in row-major order.
 */
public final class TorchReader implements TensorReader {
    /** Key of the {@link #metadata}: what stands beside the weights under {@code config}, as JSON. */
    public static final String CONFIG = "config";
    private final MappedFile mapped;
    private final TorchFile content;
    private final StateDict weights;

    private TorchReader(MappedFile mapped, TorchFile content) {
        this.mapped = mapped;
        this.content = content;
        this.weights = content.stateDict();
    }

    /**
     * Maps a file and reads its pickle.
     *
     * @param file the file
     * @return a reader, to be closed
     * @throws FileFormatException if it is missing, damaged, no file of {@code torch.save}'s, or needs something of Python that no state
     *         dict needs, which it names
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the reader owns the mapping and closes it
    public static TorchReader open(Path file) throws IOException {
        MappedFile mapped = MappedFile.open(file, "file of torch.save's");
        try {
            if (!mapped.whole(() -> TorchFile.isOne(mapped.bytes())))
                throw new FileFormatException(file, "is no file of torch.save's");
            return mapped.whole(() -> new TorchReader(mapped, TorchFile.read(mapped.bytes())));
        } catch (TensorException e) {
            mapped.close();
            throw new FileFormatException(file, String.valueOf(e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            mapped.close();
            throw e;
        }
    }

    @Override
    public Path file() { return mapped.file(); }

    /**
     * {@return the configuration beside the weights, as JSON, for {@link #CONFIG}; null for every other key, and where there is none}
     *
     * @param key its key
     */
    @Override
    public @Nullable String metadata(String key) {
        return key.equals(CONFIG) && weights.config() != null ? weights.config().toString() : null;
    }

    /** {@return keys of what else in the file has tensors, such as an optimizer's state, and is not read} */
    public List<String> others() {
        return weights.others();
    }

    @Override
    public Set<String> names() { return Collections.unmodifiableSet(weights.tensors().keySet()); }

    @Override
    public boolean contains(String name) { return weights.tensors().containsKey(name); }

    private TorchTensor tensor(String name) throws FileFormatException {
        TorchTensor tensor = weights.tensors().get(name);
        if (tensor == null) throw new FileFormatException(file(), "has no tensor '" + name + "'");
        return tensor;
    }

    @Override
    public TensorEntry entry(String name) throws FileFormatException {
        TorchTensor tensor = tensor(name);
        return new TensorEntry(name, tensor.storage().type(), tensor.shape());
    }

    @Override
    public void stored(String name, Consumer<MemorySegment> consumer) throws FileFormatException {
        mapped.bytesFor(name);
        TorchTensor tensor = tensor(name);
        try (Arena scratch = Arena.ofConfined()) {
            mapped.whole(() -> {
                consumer.accept(rowMajor(tensor, scratch));
                return tensor;
            });
        }
    }

    /** In place where the elements stand in this order, else a copy. */
    private MemorySegment rowMajor(TorchTensor tensor, Arena scratch) throws FileFormatException {
        MemorySegment storage;
        try {
            storage = content.storage(tensor);
        } catch (TensorException e) {
            throw new FileFormatException(file(), String.valueOf(e.getMessage()), e);
        }
        if (tensor.isContiguous()) return tensor.inPlace(storage);
        MemorySegment copy = scratch.allocate(tensor.bytes(), Long.BYTES);
        tensor.copy(storage, copy);
        return copy;
    }

    @Override
    public boolean isFinite(String name) throws FileFormatException {
        TensorEntry entry = entry(name);
        boolean[] finite = new boolean[1];
        stored(name, bytes -> finite[0] = FiniteNumbers.areAll(entry.type(), bytes, entry.shape().elements()));
        return finite[0];
    }

    @Override
    public Tensor read(String name, Device device) throws FileFormatException {
        TensorEntry entry = entry(name);
        if (!StorageFormat.isFloat(entry.type()))
            throw new FileFormatException(file(),
                    "tensor '" + name + "' holds " + entry.type() + ", floats are wanted");
        Tensor out = device.allocate(entry.shape(), DType.F32);
        stored(name, bytes -> out
                .fill(to -> StorageFormat.toFloats(entry.type(), bytes, to, entry.shape().elements())));
        return out;
    }

    /** Lets go of the file. Closing a second time does nothing. */
    @Override
    public void close() { mapped.close(); }
}
