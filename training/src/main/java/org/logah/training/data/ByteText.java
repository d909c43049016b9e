package org.logah.training.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.text.ByteTokenizer;

/** A text as bytes, each a token; its last tenth is kept for validation. */
public final class ByteText {
    /** Number of tokens. */
    public static final int VOCABULARY = ByteTokenizer.VOCABULARY;

    private final byte[] bytes;
    private final int trainEnd;

    public ByteText(String text) { this(text.getBytes(StandardCharsets.UTF_8)); }

    private ByteText(byte[] bytes) {
        this.bytes = bytes;
        this.trainEnd = bytes.length - bytes.length / 10;
    }

    public static ByteText read(Path file) throws IOException {
        try {
            return new ByteText(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        }
    }

    public int length() { return bytes.length; }

    /** Windows at random places of the training part. */
    public BatchSource training(int batch, int context, RandomStream random) {
        return source(0, trainEnd, batch, context, random);
    }

    /** Windows at random places of the validation part. */
    public BatchSource validation(int batch, int context, RandomStream random) {
        return source(trainEnd, bytes.length, batch, context, random);
    }

    private BatchSource source(int from, int to, int batch, int context, RandomStream random) {
        int places = to - from - context;
        if (places < 1) {
            throw new TensorException(
                    "text: " + (to - from) + " bytes are too few for windows of " + context + "; give a longer text");
        }
        return (number, device) -> {
            RandomStream r = random.split(number);
            int[] input = new int[batch * context];
            int[] targets = new int[batch * context];
            for (int b = 0; b < batch; b++) {
                int at = from + r.nextInt(places);
                for (int i = 0; i < context; i++) {
                    input[b * context + i] = bytes[at + i] & 0xff;
                    targets[b * context + i] = bytes[at + i + 1] & 0xff;
                }
            }
            return new Batch(ints(device, Shape.of(batch, context), input),
                    ints(device, Shape.of(batch * context), targets), batch * context, true);
        };
    }

    private static Tensor ints(Device device, Shape shape, int[] values) { return device.ofInts(shape, values); }
}
