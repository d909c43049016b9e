package org.logah.engine.io.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

import org.logah.engine.TensorException;

/**
 * The directory of a zip archive whose entries are stored as they are, as {@code torch.save} writes them, also one with 64-bit sizes.
 * Everything that it says is checked against the file before it is used; what is wrong is a {@link TensorException}.
 */
final class ZipDirectory {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** What an entry begins with, and so an archive. */
    static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_LOCATOR = 0x07064b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final int EXTRA_64 = 1;
    private static final long MOST_32 = 0xffffffffL;
    private static final int MOST_16 = 0xffff;
    private final MemorySegment file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * One entry.
     *
     * @param bytes its content, in place
     * @param crc the checksum that it should have
     */
    record Entry(MemorySegment bytes, int crc) {
        private static final int BLOCK = 1 << 30;

        /** Whether the content has the checksum. */
        boolean isWhole() {
            CRC32 sum = new CRC32();
            for (long at = 0; at < bytes.byteSize(); at += BLOCK)
                sum.update(bytes.asSlice(at, Math.min(BLOCK, bytes.byteSize() - at)).asByteBuffer());
            return (int) sum.getValue() == crc;
        }
    }

    private ZipDirectory(MemorySegment file) { this.file = file; }

    /** Reads the directory at the end of a file. */
    static ZipDirectory read(MemorySegment file) {
        ZipDirectory directory = new ZipDirectory(file);
        directory.readEnd();
        return directory;
    }

    /** All entries by name, in the archive's order. */
    Map<String, Entry> entries() { return entries; }

    private int u16(long at) { return file.get(SHORT, at) & MOST_16; }

    private long u32(long at) { return file.get(INT, at) & MOST_32; }

    private void readEnd() {
        long end = end();
        long count = u16(end + 10);
        long size = u32(end + 12);
        long from = u32(end + 16);
        long before = end;
        if (count == MOST_16 || size == MOST_32 || from == MOST_32) {
            long locator = end - LOCATOR_BYTES;
            if (locator < 0 || file.get(INT, locator) != END_64_LOCATOR)
                throw new TensorException("is a zip archive without the end that its size needs; it is cut off");
            before = file.get(LONG, locator + 8);
            if (before < 0 || before > locator - END_64_BYTES || file.get(INT, before) != END_64)
                throw new TensorException("is a zip archive whose directory is not where it says; it is damaged");
            count = file.get(LONG, before + 32);
            size = file.get(LONG, before + 40);
            from = file.get(LONG, before + 48);
        }
        if (size < 0 || from < 0 || size > before || from > before - size || count < 0 || count > size / CENTRAL_BYTES)
            throw new TensorException("is a zip archive whose directory of " + size + " bytes at byte " + from
                    + " is not in the file; it is damaged");
        readEntries(from, from + size, count);
    }

    private long end() {
        long size = file.byteSize();
        for (long at = size - END_BYTES; at >= Math.max(0, size - END_BYTES - MOST_16); at--)
            if (file.get(INT, at) == END && u16(at + 20) == size - at - END_BYTES) return at;
        throw new TensorException("begins like a zip archive and has no directory at its end; it is cut off");
    }

    private void readEntries(long from, long to, long count) {
        long at = from;
        for (long i = 0; i < count; i++) {
            if (to - at < CENTRAL_BYTES || file.get(INT, at) != CENTRAL)
                throw new TensorException("is a zip archive whose directory ends after " + i + " of " + count
                        + " entries; it is damaged");
            int nameBytes = u16(at + 28);
            int extraBytes = u16(at + 30);
            long next = at + CENTRAL_BYTES + nameBytes + extraBytes + u16(at + 32);
            if (next > to) throw new TensorException("is a zip archive with a name longer than its directory");
            String name = new String(file.asSlice(at + CENTRAL_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.UTF_8);
            if (!name.endsWith("/") && entries.put(name, entry(name, at, nameBytes, extraBytes, from)) != null)
                throw new TensorException("has the entry '" + name + "' twice");
            at = next;
        }
    }

    private Entry entry(String name, long at, int nameBytes, int extraBytes, long directory) {
        if ((u16(at + 8) & 1) != 0 || u16(at + 10) != 0)
            throw new TensorException("has the entry '" + name
                    + "' compressed or encrypted; torch.save stores it as it is: save the file again");
        long packed = u32(at + 20);
        long size = u32(at + 24);
        long from = u32(at + 42);
        if (size == MOST_32 || packed == MOST_32 || from == MOST_32) {
            long extra = extra64(name, at + CENTRAL_BYTES + nameBytes, extraBytes);
            long left = u16(extra + 2);
            long[] found = {size, packed, from};
            extra += 4;
            for (int i = 0; i < found.length; i++) {
                if (found[i] != MOST_32) continue;
                if (left < Long.BYTES) throw new TensorException("has the entry '" + name + "' without its size");
                found[i] = file.get(LONG, extra);
                extra += Long.BYTES;
                left -= Long.BYTES;
            }
            size = found[0];
            packed = found[1];
            from = found[2];
        }
        if (packed != size)
            throw new TensorException("has the entry '" + name + "' of " + size + " bytes in " + packed);
        return new Entry(file.asSlice(content(name, from, size, directory), size), file.get(INT, at + 16));
    }

    /** The place of the extra field that has sizes of 64 bits. */
    private long extra64(String name, long from, int bytes) {
        for (long at = from; at + 4 <= from + bytes; at += 4 + u16(at + 2))
            if (u16(at) == EXTRA_64 && at + 4 + u16(at + 2) <= from + bytes) return at;
        throw new TensorException("has the entry '" + name + "' without its size");
    }

    /** The place of an entry's content, behind a header of its own. */
    private long content(String name, long from, long size, long directory) {
        boolean there = from >= 0 && from <= directory - LOCAL_BYTES && file.get(INT, from) == LOCAL;
        long content = there ? from + LOCAL_BYTES + u16(from + 26) + u16(from + 28) : 0;
        if (!there || size < 0 || content > directory || size > directory - content)
            throw new TensorException("has the entry '" + name + "' of " + size + " bytes at byte " + from
                    + ", where it is not; the file is damaged");
        return content;
    }
}
