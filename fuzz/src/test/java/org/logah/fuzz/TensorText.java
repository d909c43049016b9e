package org.logah.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import com.google.gson.JsonPrimitive;

/**
 * Safetensors files as texts, in which a fuzzer finds what matters sooner than in the files: a line {@code key=value} is an entry of
 * the header's metadata, a line {@code @F32 2,3 name} a tensor of zeros. Offsets and lengths follow from the lines.
 */
final class TensorText {
    /** A file that claims more is cut off here. */
    private static final int MOST_DATA = 1 << 17;

    private TensorText() {}

    static byte[] file(String text) {
        StringBuilder metadata = new StringBuilder();
        StringBuilder tensors = new StringBuilder();
        long at = 0;
        for (String line : text.split("\n", -1)) {
            String[] words = line.startsWith("@") ? line.substring(1).split(" ", 3) : line.split("=", 2);
            if (line.startsWith("@") && words.length == 3) {
                long end = at + bytes(words[0], words[1]);
                tensors.append(',').append(quoted(words[2])).append(":{\"dtype\":").append(quoted(words[0]))
                        .append(",\"shape\":[").append(words[1]).append("],\"data_offsets\":[").append(at).append(',')
                        .append(end).append("]}");
                at = end;
            } else if (words.length == 2) {
                metadata.append(metadata.isEmpty() ? "" : ",").append(quoted(words[0])).append(':')
                        .append(quoted(words[1]));
            }
        }
        String header = "{\"__metadata__\":{" + metadata + "}" + tensors + "}";
        return file(header.getBytes(StandardCharsets.UTF_8), (int) Math.min(at, MOST_DATA));
    }

    /** A header with its length in front of it and zeros behind it. */
    static byte[] file(byte[] header, int data) {
        return ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length)
                .put(header).array();
    }

    /** Of a tensor; none where the shape is no shape, which the reader has to find out. */
    private static long bytes(String type, String dims) {
        long bytes = type.equals("I64") ? 8 : type.endsWith("16") ? 2 : 4;
        try {
            for (String d : dims.isEmpty() ? new String[0] : dims.split(",", -1)) {
                bytes = Math.multiplyExact(bytes, Integer.parseInt(d));
            }
            return bytes < 0 || bytes > Integer.MAX_VALUE ? 0 : bytes;
        } catch (ArithmeticException | NumberFormatException e) {
            return 0;
        }
    }

    private static String quoted(String text) { return new JsonPrimitive(text).toString(); }
}
