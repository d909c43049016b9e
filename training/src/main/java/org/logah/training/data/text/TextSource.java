package org.logah.training.data.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.training.data.Digests;

/** Texts in UTF-8, one or more, of any size, in files or in memory. */
final class TextSource {
    private static final ValueLayout.OfInt BEGINNING = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ZIP = 0x504b0304;
    private static final int GZIP = 0x1f8b;
    /** Sources up to so many bytes are copied, whatever their files' sizes. */
    private static final long COPIED = 64L << 20;
    private static final int CHECKED_AT_ONCE = 1 << 16;
    private final String name;
    private final @Nullable Path place;
    private final List<Path> files;
    private final List<FileMemory> memory;
    private final long copied;

    private TextSource(String name, @Nullable Path place, List<Path> files, List<FileMemory> memory, long copied) {
        this.name = name;
        this.place = place;
        this.files = files;
        this.memory = memory;
        this.copied = copied;
    }

    /** A text in memory. */
    static TextSource of(String name, byte[] text) {
        return new TextSource(name, null, List.of(), List.of(FileMemory.of(text)), COPIED);
    }

    /**
     * A file.
     *
     * @throws FileFormatException if it is not there or is a folder
     */
    static TextSource of(Path file) throws IOException { return of(file, COPIED); }

    /** A file that is viewed, not copied, where it has more than so many bytes. */
    static TextSource of(Path file, long copied) throws IOException {
        if (Files.isDirectory(file)) throw new FileFormatException(file, "is a folder; a UTF-8 text file is needed");
        if (Files.notExists(file)) throw new FileFormatException(file, "no such file; a UTF-8 text file is needed");
        return new TextSource(file.toString(), Files.isRegularFile(file) ? file : null, List.of(file), List.of(),
                copied);
    }

    /**
     * The files of a folder.
     *
     * @param folder for messages and for the place of what is made of it
     * @param files in order, at least one
     */
    static TextSource of(Path folder, List<Path> files) throws IOException {
        long bytes = 0;
        for (Path f : files) bytes += Files.size(f);
        return new TextSource(folder.toString(), folder, List.copyOf(files), List.of(),
                bytes > COPIED ? FileMemory.COPIED : COPIED);
    }

    /** What messages call it. */
    String name() { return name; }

    /** The file or folder; null where it is in memory, or comes through a pipe. */
    @Nullable
    Path place() { return place; }

    /** The number of texts. */
    int count() { return memory.size() + files.size(); }

    /**
     * {@return one of the texts, which may end within a character}
     *
     * @param number counted from 0
     * @throws FileFormatException if it is no UTF-8
     */
    FileMemory text(int number) throws IOException {
        if (!memory.isEmpty()) return memory.get(number);
        Path file = files.get(number);
        try {
            FileMemory text = FileMemory.of(file, 0, copied);
            text.whole(() -> requireUtf8(file, text.bytes()));
            return text;
        } catch (NoSuchFileException e) {
            throw new FileFormatException(file, "no such file; a UTF-8 text file is needed", e);
        }
    }

    /** All texts. */
    List<FileMemory> texts() throws IOException {
        List<FileMemory> all = new ArrayList<>();
        for (int i = 0; i < count(); i++) all.add(text(i));
        return all;
    }

    private static void requireUtf8(Path file, MemorySegment text) throws FileFormatException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        byte[] chunk = new byte[CHECKED_AT_ONCE];
        CharBuffer out = CharBuffer.allocate(CHECKED_AT_ONCE);
        for (long at = 0; at < text.byteSize();) {
            int count = (int) Math.min(chunk.length, text.byteSize() - at);
            MemorySegment.copy(text, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
            ByteBuffer in = ByteBuffer.wrap(chunk, 0, count);
            out.clear();
            CoderResult result = decoder.decode(in, out, false);
            at += in.position();
            if (result.isError()) {
                throw new FileFormatException(file, isArchive(text)
                        ? "is an archive; unpack it, and give what is in it"
                        : "is no UTF-8 text, see byte " + at + "; convert it, with iconv for example");
            }
            if (in.position() == 0) return; // it ends within a character
        }
    }

    /** By how zip and gzip files begin. */
    private static boolean isArchive(MemorySegment file) {
        if (file.byteSize() < Integer.BYTES) return false;
        int start = file.get(BEGINNING, 0);
        return start == ZIP || start >>> 16 == GZIP;
    }

    /** The number of bytes of all texts. */
    long bytes() throws IOException {
        long bytes = 0;
        for (FileMemory m : memory) bytes += m.bytes().byteSize();
        for (Path f : files) bytes += Files.size(f);
        return bytes;
    }

    /** {@return what changes when files are written anew, renamed, added or taken away, without reading them} */
    String stamp() throws IOException {
        MessageDigest digest = Digests.sha256();
        for (Path f : files) {
            Path shown = place == null || f.equals(place) ? f.getFileName() : place.relativize(f);
            digest.update((shown + "\n" + Files.size(f) + "\n" + Files.getLastModifiedTime(f) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return Digests.hexadecimal(digest);
    }

    /** {@return SHA-256 of the text; of several with the number of bytes in front of each} */
    String digest() throws IOException {
        MessageDigest digest = Digests.sha256();
        for (int i = 0; i < count(); i++) update(digest, text(i));
        return Digests.hexadecimal(digest);
    }

    /**
     * The same of texts that were read.
     *
     * @throws UncheckedIOException if one became shorter since
     */
    String digest(List<FileMemory> texts) {
        MessageDigest digest = Digests.sha256();
        try {
            for (FileMemory text : texts) update(digest, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digests.hexadecimal(digest);
    }

    /** Adds one of the texts. */
    void update(MessageDigest digest, FileMemory text) throws IOException {
        text.whole(() -> update(digest, text.bytes()));
    }

    private void update(MessageDigest digest, MemorySegment text) {
        if (count() > 1) digest.update(ByteBuffer.allocate(Long.BYTES).putLong(text.byteSize()).flip());
        for (long at = 0; at < text.byteSize(); at += FileMemory.COPIED)
            digest.update(text.asSlice(at, Math.min(FileMemory.COPIED, text.byteSize() - at)).asByteBuffer());
    }
}
