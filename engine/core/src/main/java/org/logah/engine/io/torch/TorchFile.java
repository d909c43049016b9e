package org.logah.engine.io.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;

/**
 * The content of a file of {@code torch.save}'s: the archive that it writes since PyTorch 1.6 ({@code data.pkl}, and
 * {@code data/0} and so on for the storages), or the format before that (pickles, then storages one after the other). Storages
 * stay where they are in the file. What a file should not be is a {@link TensorException}; who knows the file's name adds it.
 */
public final class TorchFile {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final String PICKLE = "/data.pkl";
    /** What files of the older format begin with. */
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;
    private final Object root;
    private final Map<String, MemorySegment> storages = new TreeMap<>();
    /** Entries whose checksums were not compared yet; none in the older format, which has no checksums. */
    private final Map<String, ZipDirectory.Entry> unchecked = new TreeMap<>();

    private TorchFile(Object root) { this.root = root; }

    /**
     * {@return whether a file may be one of torch.save's}
     *
     * @param file its bytes
     */
    public static boolean isOne(MemorySegment file) {
        return file.byteSize() > 8 && (isZip(file) || isPickle(file));
    }

    private static boolean isZip(MemorySegment file) { return (int) file.get(LONG, 0) == ZipDirectory.LOCAL; }

    /** A pickle begins with its protocol; behind the same length a safetensors file has a brace. */
    private static boolean isPickle(MemorySegment file) {
        int protocol = file.get(ValueLayout.JAVA_BYTE, 1);
        return file.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0x80 && protocol >= 2 && protocol <= 5
                && file.get(ValueLayout.JAVA_BYTE, 8) != '{';
    }

    /**
     * Reads the pickles of a file and finds its storages.
     *
     * @param file the bytes of the whole file
     * @return its content, which is readable as long as these bytes are
     * @throws TensorException if it is no such file, is damaged, or holds something else than a state dict is made of
     */
    public static TorchFile read(MemorySegment file) { return isZip(file) ? readZip(file) : readLegacy(file); }

    private static TorchFile readZip(MemorySegment file) {
        Map<String, ZipDirectory.Entry> entries = ZipDirectory.read(file).entries();
        List<String> pickles = entries.keySet().stream()
                .filter(n -> n.endsWith(PICKLE) && n.indexOf('/') == n.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1)
            throw new TensorException("is a zip archive with " + pickles.size()
                    + " entries named */data.pkl; torch.save(model.state_dict(), 'x.pt') writes an archive with one");
        String folder = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length() + 1);
        ZipDirectory.Entry order = entries.get(folder + "byteorder");
        if (order != null && !isLittle(order))
            throw new TensorException(
                    "was written on a machine of another byte order; save it on one of little-endian order");
        ZipDirectory.Entry pickle = entries.get(pickles.getFirst());
        if (pickle == null || pickle.bytes().byteSize() > Unpickler.MOST_BYTES)
            throw new TensorException("has a data.pkl of more than " + Unpickler.MOST_BYTES + " bytes");
        if (!pickle.isWhole()) throw damaged("data.pkl");
        Unpickler unpickler = new Unpickler(pickle.bytes());
        TorchFile content = new TorchFile(unpickler.load());
        for (TorchStorage s : unpickler.storages().values()) {
            ZipDirectory.Entry entry = entries.get(folder + "data/" + s.key());
            if (entry == null) throw new TensorException("lacks the storage '" + s.key() + "'");
            requireSize(s, entry.bytes().byteSize());
            content.storages.put(s.key(), entry.bytes());
            content.unchecked.put(s.key(), entry);
        }
        return content;
    }

    private static boolean isLittle(ZipDirectory.Entry order) {
        byte[] little = "little".getBytes(StandardCharsets.US_ASCII);
        return order.bytes().byteSize() == little.length
                && order.bytes().mismatch(MemorySegment.ofArray(little)) < 0;
    }

    private static TorchFile readLegacy(MemorySegment file) {
        Pickles pickles = new Pickles(file);
        if (!pickles.next().equals(MAGIC))
            throw new TensorException("is a pickle and none of torch.save's");
        if (!pickles.next().equals(PROTOCOL))
            throw new TensorException("is of another version of torch.save's first format; save it again");
        if (!(pickles.next() instanceof Map<?, ?> machine) || !Boolean.TRUE.equals(machine.get("little_endian")))
            throw new TensorException(
                    "was written on a machine of another byte order; save it on one of little-endian order");
        TorchFile content = new TorchFile(pickles.next());
        Map<String, TorchStorage> known = pickles.storages;
        if (!(pickles.next() instanceof List<?> keys)) throw new TensorException("has no list of its storages");
        Set<String> missing = new HashSet<>(known.keySet());
        long at = pickles.at;
        for (Object key : keys) {
            TorchStorage s = key instanceof String name && missing.remove(name) ? known.get(name) : null;
            if (s == null) throw new TensorException("has a storage that no tensor refers to, or has one twice");
            if (file.byteSize() - at < Long.BYTES) throw cutOff(s);
            if (file.get(LONG, at) != s.elements())
                throw new TensorException("has " + file.get(LONG, at) + " elements in its storage '" + s.key() + "' of "
                        + s.elements());
            at += Long.BYTES;
            if (file.byteSize() - at < s.bytes()) throw cutOff(s);
            content.storages.put(s.key(), file.asSlice(at, s.bytes()));
            at += s.bytes();
        }
        if (!missing.isEmpty()) throw new TensorException("lacks the storage '" + missing.iterator().next() + "'");
        return content;
    }

    private static TensorException cutOff(TorchStorage s) {
        return new TensorException("is cut off in its storage '" + s.key() + "' of " + s.bytes() + " bytes");
    }

    private static TensorException damaged(String what) {
        return new TensorException("is damaged: the checksum of " + what + " is another");
    }

    private static void requireSize(TorchStorage s, long bytes) {
        if (bytes != s.bytes())
            throw new TensorException(
                    "has " + bytes + " bytes in its storage '" + s.key() + "' of " + s.elements() + " "
                            + s.type());
    }

    /** One pickle behind the other. */
    private static final class Pickles {
        private final MemorySegment file;
        private Map<String, TorchStorage> storages = Map.of();
        private long at;

        Pickles(MemorySegment file) { this.file = file; }

        Object next() {
            Unpickler unpickler = new Unpickler(file.asSlice(at));
            Object value = unpickler.load();
            at += unpickler.length();
            if (!unpickler.storages().isEmpty()) storages = unpickler.storages();
            return value;
        }
    }

    /** {@return the tensors by name, and what is beside them} */
    public StateDict stateDict() {
        return StateDict.of(root);
    }

    /**
     * {@return the bytes of a tensor's storage, in place}
     *
     * @param tensor one of this file's
     * @throws TensorException if they are not what was written
     */
    public synchronized MemorySegment storage(TorchTensor tensor) {
        String key = tensor.storage().key();
        ZipDirectory.@Nullable Entry entry = unchecked.get(key);
        if (entry != null && !entry.isWhole()) throw damaged("its storage '" + key + "'");
        unchecked.remove(key);
        MemorySegment bytes = storages.get(key);
        if (bytes == null) throw new IllegalArgumentException("storage '" + key + "' is of another file");
        return bytes;
    }
}
