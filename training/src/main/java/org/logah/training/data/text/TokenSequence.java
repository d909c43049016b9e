package org.logah.training.data.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;

/** Tokens that are read where they lie, in memory or in mapped files, one part behind the other. */
final class TokenSequence {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private final List<Part> parts;
    /** The place of each part's first token, and the place behind the last part. */
    private final long[] starts;

    /**
     * Tokens of one size.
     *
     * @param memory nothing but tokens, lowest byte first
     * @param size bytes of a token, 1, 2 or 4
     * @param vocabulary each token is less
     * @param file for the message where one is not; null where that cannot be
     */
    record Part(FileMemory memory, int size, int vocabulary, @Nullable Path file) {
        /** Bytes, each a token. */
        static Part ofBytes(FileMemory bytes) { return new Part(bytes, 1, 256, null); }

        /** Tokens in an array. */
        static Part of(int[] tokens, int vocabulary) {
            byte[] bytes = new byte[4 * tokens.length];
            MemorySegment memory = MemorySegment.ofArray(bytes);
            for (int i = 0; i < tokens.length; i++) memory.set(INT, 4L * i, tokens[i]);
            return new Part(FileMemory.of(bytes), 4, vocabulary, null);
        }

        long length() { return memory.bytes().byteSize() / size; }

        private void read(long from, int[] into, int at, int count) throws IOException {
            MemorySegment bytes = memory.bytes();
            memory.whole(() -> { for (int i = 0; i < count; i++) into[at + i] = get(bytes, from + i); });
        }

        private int get(MemorySegment memory, long i) throws IOException {
            int token = switch (size) {
                case 1 -> memory.get(ValueLayout.JAVA_BYTE, i) & 0xff;
                case 2 -> memory.get(SHORT, 2 * i) & 0xffff;
                default -> memory.get(INT, 4 * i);
            };
            if (token >= 0 && token < vocabulary) return token;
            throw new FileFormatException(file == null ? Path.of("tokens") : file, "is damaged: place " + i + " has "
                    + token + ", no token of " + vocabulary + "; delete the file, and it is made anew");
        }
    }

    TokenSequence(List<Part> parts) {
        this.parts = List.copyOf(parts);
        this.starts = new long[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) starts[i + 1] = starts[i] + parts.get(i).length();
    }

    /** The number of tokens. */
    long length() { return starts[parts.size()]; }

    /**
     * Copies tokens.
     *
     * @param from the place of the first
     * @param into where they go
     * @param at the index there of the first
     * @param count how many
     * @throws UncheckedIOException if the file that they are in is damaged or became shorter
     */
    void read(long from, int[] into, int at, int count) {
        int part = part(from);
        try {
            for (int done = 0; done < count; part++) { // parts may be empty
                int here = (int) Math.min(count - done, starts[part + 1] - from - done);
                parts.get(part).read(from + done - starts[part], into, at + done, here);
                done += here;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last part that begins there or before. */
    private int part(long place) {
        int low = 0;
        int high = parts.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= place) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
