package org.logah.engine.io.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files as {@code torch.save} writes them, from a pickle written instruction by instruction. */
public final class TorchArchive {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private int method = ZipEntry.STORED;

    /** Adds an entry of the folder {@code x}. */
    public TorchArchive with(String name, byte[] content) {
        entries.put("x/" + name, content);
        return this;
    }

    /** Compresses what torch.save stores. */
    TorchArchive compressed() {
        method = ZipEntry.DEFLATED;
        return this;
    }

    /** The archive. */
    public byte[] bytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(e.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    CRC32 sum = new CRC32();
                    sum.update(e.getValue());
                    entry.setCrc(sum.getValue());
                    entry.setSize(e.getValue().length);
                }
                zip.putNextEntry(entry);
                zip.write(e.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    /** A pickle that grows by instructions. */
    public static final class Program {
        private final ByteArrayOutputStream code = new ByteArrayOutputStream();

        /** Begins with a protocol. */
        public Program(int protocol) { op(0x80, protocol); }

        /** One instruction, and bytes behind it. */
        public Program op(int... bytes) {
            for (int b : bytes) code.write(b);
            return this;
        }

        /** Instructions that are characters. */
        public Program ops(String letters) {
            code.writeBytes(letters.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        /** A text. */
        public Program text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            op('X');
            code.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).array());
            code.writeBytes(utf8);
            return this;
        }

        /** A whole number of 64 bits. */
        public Program number(long n) {
            op(0x8a, 8);
            code.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(n).array());
            return this;
        }

        /** A name of Python's. */
        public Program global(String module, String name) {
            return ops("c" + module + "\n" + name + "\n");
        }

        /** A reference to a storage. */
        public Program storage(String type, String key, long elements) {
            return op('(').text("storage").global("torch", type).text(key).text("cpu").number(elements).ops("tQ");
        }

        /** A tensor as PyTorch makes it again. */
        public Program tensor(String type, String key, long elements, long offset, long[] sizes, long... strides) {
            global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, elements).number(offset).op('(');
            for (long s : sizes) number(s);
            ops("t(");
            for (long s : strides) number(s);
            return op('t', 0x89).global("collections", "OrderedDict").ops(")RtR");
        }

        /** The end. */
        public byte[] stop() {
            op('.');
            return bytes();
        }

        /** As far as it goes. */
        public byte[] bytes() { return code.toByteArray(); }
    }
}
