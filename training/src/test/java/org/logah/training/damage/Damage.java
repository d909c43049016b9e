package org.logah.training.damage;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;

import com.sun.management.ThreadMXBean;

/**
 * Damages small valid files at random, and checks what a reader makes of them: it reads them, or says in one line that names the
 * file what is wrong; soon, and without making more than the file can hold. What a seed does is the same everywhere.
 */
public final class Damage {
    /** What a reader may make whatever a file says: buffers, parsed headers, lists of layers. */
    private static final long CONSTANT_BYTES = 64L << 20;
    /** A parsed header takes some times its text, and a computation some times its tensors. */
    private static final int TIMES = 64;
    /** {@code mvn test -Dlogah.damage=20 -Dtest='Damaged*Test' ...} damages twenty times as many. */
    private static final int MORE = Integer.getInteger("logah.damage", 1);
    private static final long MOST_NANOS = 2_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final Pattern WORD = Pattern.compile("\\\\?\"[^\"\\\\]*\\\\?\"|true|false|null|\\[[^\\[\\]{}]*\\]");
    private static final List<String> INSTEAD = List.of("0", "-1", "2147483647", "1e999", "-1e999", "1.5",
            "9223372036854775807", "99999999999999999999", "1e999999999", "3", "4096", "65536", "null", "true", "[]",
            "{}", "[1,2]",
            "\"x\"", "\\\"x\\\"", "NaN", "");

    private Damage() {}

    /** Reads a file. */
    public interface Reading { void read(Path file) throws IOException; }

    /**
     * Damages a file many times, and reads each.
     *
     * @param valid what is damaged; it must be readable as it is
     * @param place where the damaged ones are written, one after the other
     * @param count how many; the property {@code logah.damage} multiplies it
     * @param reading reads {@code place}
     */
    public static void check(byte[] valid, Path place, int count, Reading reading) throws IOException {
        Files.write(place, valid);
        reading.read(place);
        int refused = 0;
        for (int seed = 0; seed < count * MORE; seed++) {
            byte[] damaged = damage(valid, new RandomStream(seed).split(place.getFileName().toString()));
            Files.write(place, damaged);
            if (refused(place, damaged.length, seed, reading)) refused++;
        }
        assertTrue(refused > count * MORE / 50, "only " + refused + " of " + count * MORE + " were refused");
    }

    private static boolean refused(Path place, long bytes, int seed, Reading reading) {
        // Of this thread, which computes alone: other programs must not fail a test.
        long start = THREADS.getCurrentThreadCpuTime();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean refused = false;
        try {
            reading.read(place);
        } catch (IOException | TensorException | UncheckedIOException e) {
            refused = true;
            Throwable told = e instanceof UncheckedIOException ? e.getCause() : e;
            String message = String.valueOf(told.getMessage());
            if (message.lines().count() != 1 || !message.contains(place.getFileName().toString()))
                fail("seed " + seed + ": not one line that names the file: " + told, e);
        } catch (RuntimeException | Error e) {
            fail("seed " + seed + ": " + e, e);
        }
        long made = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(made < CONSTANT_BYTES + TIMES * bytes,
                "seed " + seed + ": " + made + " bytes were made for a file of " + bytes);
        long nanos = THREADS.getCurrentThreadCpuTime() - start;
        assertTrue(nanos < MOST_NANOS, "seed " + seed + " took " + nanos / 1e9 + " s");
        return refused;
    }

    private static byte[] damage(byte[] valid, RandomStream random) {
        int header = headerLength(valid);
        if (random.nextInt(3) > 0 && header >= 0) {
            String text = new String(valid, 8, header, StandardCharsets.ISO_8859_1);
            return packed(changed(text, random), Arrays.copyOfRange(valid, 8 + header, valid.length));
        }
        if (random.nextInt(3) == 0 && header < 0) {
            return changed(new String(valid, StandardCharsets.ISO_8859_1), random)
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        int most = header < 0 ? valid.length : 8 + header;
        byte[] out = valid.clone();
        int at = random.nextInt(most);
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(valid, random.nextInt(2) == 0 ? random.nextInt(valid.length) : at);
            }
            case 1 -> {
                int count = Math.min(1 + random.nextInt(64), valid.length - at);
                System.arraycopy(valid, at + count, out, at, valid.length - at - count);
                return Arrays.copyOf(out, valid.length - count);
            }
            default -> {
                for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    out[at] ^= (byte) (1 << random.nextInt(8));
                    at = random.nextInt(most);
                }
                return out;
            }
        }
    }

    /** One number, or text, or list in a text, replaced. */
    private static String changed(String text, RandomStream random) {
        Pattern what = random.nextInt(3) == 0 ? WORD : NUMBER;
        List<MatchResult> found = new ArrayList<>(what.matcher(text).results().toList());
        if (found.isEmpty()) return text;
        MatchResult m = found.get(random.nextInt(found.size()));
        return text.substring(0, m.start()) + INSTEAD.get(random.nextInt(INSTEAD.size())) + text.substring(m.end());
    }

    /** Of a safetensors file; -1 for others. */
    private static int headerLength(byte[] file) {
        if (file.length < 9 || file[8] != '{') return -1;
        long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return length > 1 && length <= file.length - 8 ? (int) length : -1;
    }

    /** The right length in front, so that what was changed is what is wrong. */
    private static byte[] packed(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length)
                .put(text).put(data).array();
    }
}
