package org.logah.training.data.text;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.part.JsonValues;
import org.logah.engine.part.RecordJson;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;

/**
 * A file of tokens, which are read where they lie. It begins with {@value #HEADER_BYTES} bytes: {@code LoGAHtok}, the length of a JSON
 * object in four bytes, lowest first, and the object, see {@link Header}. Then come the tokens, in two bytes each, lowest first, or in
 * four where the vocabulary is larger than that.
 *
 * @param header what the file says of itself
 * @param tokens all of them
 */
public record TokenFile(Header header, FileMemory tokens) {
    /** How long what is in front of the tokens is. */
    public static final int HEADER_BYTES = 1024;
    private static final byte[] MAGIC = "LoGAHtok".getBytes(StandardCharsets.US_ASCII);
    private static final int JSON_AT = MAGIC.length + Integer.BYTES;
    private static final int VERSION = 2;
    private static final long SLICE = 1 << 30;
    private static final int MOST_OF_SHORT = 1 << Short.SIZE;

    /**
     * What a file of tokens says of itself.
     *
     * @param version of the format and of how texts are read, {@value #VERSION}
     * @param tokenizer its name
     * @param vocabulary each token is less
     * @param tokens how many there are
     * @param sourceBytes of the text
     * @param sourceStamp a hash of the names, sizes and times of change of the text's files
     * @param sourceSha256 a hash of the text
     * @param tokensCrc32c CRC-32C of the tokens' bytes (RFC 3720, appendix B.4)
     */
    public record Header(int version, String tokenizer, int vocabulary, long tokens, long sourceBytes,
            String sourceStamp, String sourceSha256, long tokensCrc32c) {
        /**
         * Checks the sizes.
         *
         * @throws TensorException if one cannot be
         */
        public Header {
            SizeBounds.of("tokens").rows("vocabulary", vocabulary);
            if (tokens < 0) throw new TensorException("'tokens' is " + tokens + ", which is negative");
        }

        private int size() { return bytes(vocabulary); }
    }

    /** Bytes of a token. */
    private static int bytes(int vocabulary) {
        return vocabulary <= MOST_OF_SHORT ? Short.BYTES : Integer.BYTES;
    }

    /**
     * {@return whether a file is one of tokens, whole or not}
     *
     * @param file any file
     * @throws IOException if it cannot be read
     */
    public static boolean isOne(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer head = ByteBuffer.allocate(MAGIC.length);
            FileMemory.fill(head, in);
            return ByteBuffer.wrap(MAGIC).equals(head.flip());
        }
    }

    /**
     * {@return a file of tokens} Whether each token is one of the vocabulary is found out where it is read.
     *
     * @param file the file
     * @throws FileFormatException if it is missing, no file of tokens, or not whole
     * @throws IOException if it cannot be read
     */
    public static TokenFile read(Path file) throws IOException {
        try {
            long bytes = Files.size(file);
            if (!Files.isRegularFile(file) || bytes < HEADER_BYTES || !isOne(file))
                throw new FileFormatException(file, "is no file of tokens");
            Header header = header(file);
            long rest = bytes - HEADER_BYTES;
            if (rest % header.size() != 0 || rest / header.size() != header.tokens())
                throw new FileFormatException(file, "has " + rest + " bytes of tokens, its header says "
                        + header.tokens() + " tokens of " + header.size() + " bytes each");
            return new TokenFile(header, FileMemory.of(file, HEADER_BYTES, FileMemory.COPIED));
        } catch (NoSuchFileException e) {
            throw new FileFormatException(file, "no such file", e);
        }
    }

    private static Header header(Path file) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            FileMemory.fill(head, in);
        }
        int length = head.getInt(MAGIC.length);
        if (length < 0 || length > HEADER_BYTES - JSON_AT)
            throw new FileFormatException(file, "is damaged: its header has " + length + " bytes");
        try {
            String json = new String(head.array(), JSON_AT, length, StandardCharsets.UTF_8);
            JsonElement header = JsonValues.parse("header", json);
            JsonElement version = JsonValues.object("header", header).get("version");
            if (version instanceof JsonPrimitive other && other.isNumber() && !new JsonPrimitive(VERSION).equals(other))
                throw new FileFormatException(file, "is of version " + version + " of this format, not " + VERSION);
            return RecordJson.read(Header.class, header);
        } catch (TensorException e) {
            throw new FileFormatException(file, "is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Reads all of the tokens for their checksum: some gigabytes a second from memory.
     *
     * @param file for the message
     * @throws FileFormatException if they are not those that were written
     */
    void requireWhole(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        MemorySegment bytes = tokens.bytes();
        tokens.whole(() -> {
            for (long at = 0; at < bytes.byteSize(); at += SLICE)
                sum.update(bytes.asSlice(at, Math.min(SLICE, bytes.byteSize() - at)).asByteBuffer());
        });
        if (sum.getValue() != header.tokensCrc32c())
            throw new FileFormatException(file, "is damaged: its tokens are not those that were written");
    }

    /** The tokens as a part of a sequence. */
    TokenSequence.Part part(Path file) {
        return new TokenSequence.Part(tokens, header.size(), header.vocabulary(), file);
    }

    /** Writes a file of tokens, which has its name once it is whole. */
    static final class Writer implements AutoCloseable {
        private static final int BUFFER = 1 << 18;
        private final ReplacedFile out;
        private final String tokenizer;
        private final int vocabulary;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private long written = HEADER_BYTES;
        private final CRC32C sum = new CRC32C();
        private long count;

        Writer(Path file, String tokenizer, int vocabulary) throws IOException {
            this.out = ReplacedFile.begin(file);
            this.tokenizer = tokenizer;
            this.vocabulary = vocabulary;
        }

        void add(int[] tokens) throws IOException {
            for (int token : tokens) {
                if (buffer.remaining() < Integer.BYTES) flush();
                if (bytes(vocabulary) == Short.BYTES) buffer.putShort((short) token);
                else buffer.putInt(token);
            }
            count += tokens.length;
        }

        private void flush() throws IOException {
            buffer.flip();
            int bytes = buffer.remaining();
            sum.update(buffer.duplicate());
            out.write(buffer, written);
            written += bytes;
            buffer.clear();
        }

        /** Ends the file, and says of what text it is. */
        void commit(long sourceBytes, String sourceStamp, String sourceSha256) throws IOException {
            flush();
            Header header = new Header(VERSION, tokenizer, vocabulary, count, sourceBytes, sourceStamp, sourceSha256,
                    sum.getValue());
            byte[] json = RecordJson.write(header).toString().getBytes(StandardCharsets.UTF_8);
            ByteBuffer head = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            head.put(MAGIC).putInt(json.length).put(json).rewind();
            out.write(head, 0);
            out.commit();
        }

        @Override
        public void close() throws IOException { out.close(); }
    }
}
