package org.logah.training.data.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.text.ByteTokenizer;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;

/** A text as bytes, each a token; its last tenth is kept for validation. */
public final class ByteText implements DataSplits {
    /** Number of tokens. */
    public static final int VOCABULARY = ByteTokenizer.VOCABULARY;

    /** The longest array that Java is sure to make. */
    private static final long LONGEST = Integer.MAX_VALUE - 8;

    private final String name;
    private final byte[] bytes;
    private final int trainEnd;

    /**
     * A text in memory.
     *
     * @param text its characters, which become UTF-8
     */
    public ByteText(String text) { this("text", text.getBytes(StandardCharsets.UTF_8)); }

    private ByteText(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
        this.trainEnd = bytes.length - bytes.length / 10;
    }

    /**
     * {@return the text of a file}
     *
     * @param file a UTF-8 text of less than 2 GB; it may end within a character
     * @throws FileFormatException if it is not there, is a folder, is too long, or is no UTF-8
     */
    public static ByteText read(Path file) throws IOException {
        if (Files.isDirectory(file)) throw new FileFormatException(file, "is a folder; a UTF-8 text file is needed");
        try {
            if (Files.size(file) > LONGEST)
                throw new FileFormatException(file, Files.size(file) + " bytes; a text of at most 2 GB is needed");
            byte[] bytes = Files.readAllBytes(file);
            requireUtf8(file, bytes);
            return new ByteText(file.toString(), bytes);
        } catch (NoSuchFileException e) {
            throw new FileFormatException(file, "no such file; a UTF-8 text file is needed", e);
        }
    }

    private static void requireUtf8(Path file, byte[] bytes) throws FileFormatException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(1 << 13);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, false);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new FileFormatException(file, "is no UTF-8 text, see byte " + in.position()
                    + "; convert it, with iconv for example");
        }
    }

    /** {@return the number of bytes} */
    public int length() { return bytes.length; }

    /** {@return SHA-256 of the text, in hexadecimal} */
    @Override
    public String digest() { return Digests.sha256(List.of(bytes)); }

    @Override
    public DataFormat.Tokens format(int context) { return new DataFormat.Tokens(VOCABULARY, context); }

    /** {@inheritDoc} They are windows at random places. */
    @Override
    public BatchSource training(int batch, int context, RandomStream random) {
        return source(0, trainEnd, batch, context, random);
    }

    /** {@inheritDoc} They are windows at random places. */
    @Override
    public BatchSource validation(int batch, int context, RandomStream random) {
        return source(trainEnd, bytes.length, batch, context, random);
    }

    private BatchSource source(int from, int to, int batch, int context, RandomStream random) {
        int places = to - from - context;
        if (places < 1) {
            throw new TensorException(name + ": " + bytes.length + " bytes, of which " + (bytes.length - trainEnd)
                    + " are for validation, are too few for windows of " + context + " and one more; give a text of "
                    + 10L * (context + 1L) + " bytes or more, or choose a shorter context");
        }
        return BatchSource.drawn(format(context), batch, random, (r, device) -> {
            int[] input = new int[batch * context];
            int[] targets = new int[batch * context];
            for (int b = 0; b < batch; b++) {
                int at = from + r.nextInt(places);
                for (int i = 0; i < context; i++) {
                    input[b * context + i] = bytes[at + i] & 0xff;
                    targets[b * context + i] = bytes[at + i + 1] & 0xff;
                }
            }
            return new Batch(device.ofInts(Shape.of(batch, context), input),
                    device.ofInts(Shape.of(batch * context), targets), batch * context, true);
        });
    }
}
