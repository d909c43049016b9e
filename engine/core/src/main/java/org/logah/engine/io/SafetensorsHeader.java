package org.logah.engine.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.logah.engine.DType;
import org.logah.engine.Shape;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;

/**
 * The JSON part of a safetensors file. Everything that it claims is checked: extents, offsets inside the file, sizes that
 * fit the shapes, no overlap and no gap.
 */
final class SafetensorsHeader {
    /** The format's own limit. */
    static final long MAX_BYTES = 100_000_000;
    private static final String METADATA = "__metadata__";

    final Map<String, String> metadata = new LinkedHashMap<>();
    final Map<String, TensorEntry> entries = new LinkedHashMap<>();
    final Map<String, Long> offsets = new LinkedHashMap<>();

    /** Reads the header of a file whose data part has {@code dataBytes} bytes. */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) throws IOException {
        SafetensorsHeader header = new SafetensorsHeader();
        List<long[]> spans = new ArrayList<>();
        try (JsonReader in = new JsonReader(new StringReader(new String(json, StandardCharsets.UTF_8)))) {
            in.setStrictness(Strictness.STRICT);
            in.beginObject();
            while (in.hasNext()) {
                String name = in.nextName();
                if (name.equals(METADATA)) {
                    in.beginObject();
                    while (in.hasNext()) header.metadata.put(in.nextName(), in.nextString());
                    in.endObject();
                } else {
                    if (header.entries.containsKey(name))
                        throw new FileFormatException(file, "tensor '" + name + "' is there twice");
                    spans.add(header.readEntry(file, in, name, dataBytes));
                }
            }
            in.endObject();
            if (in.peek() != JsonToken.END_DOCUMENT)
                throw new FileFormatException(file, "header has text after its end");
        } catch (MalformedJsonException | JsonParseException | IllegalStateException | NumberFormatException
                | EOFException e) {
            throw new FileFormatException(file, "header is not the JSON of a safetensors file", e);
        }
        checkSpans(file, spans, dataBytes);
        return header;
    }

    private long[] readEntry(Path file, JsonReader in, String name, long dataBytes) throws IOException {
        String type = null;
        int[] dims = null;
        long from = -1;
        long to = -1;
        in.beginObject();
        while (in.hasNext()) {
            switch (in.nextName()) {
                case "dtype" -> type = in.nextString();
                case "shape" -> {
                    List<Integer> list = new ArrayList<>();
                    in.beginArray();
                    while (in.hasNext()) list.add(in.nextInt());
                    in.endArray();
                    dims = list.stream().mapToInt(Integer::intValue).toArray();
                }
                case "data_offsets" -> {
                    in.beginArray();
                    from = in.nextLong();
                    to = in.nextLong();
                    in.endArray();
                }
                default -> in.skipValue();
            }
        }
        in.endObject();
        if (type == null || dims == null || from < 0 || to < from) {
            throw new FileFormatException(file, "tensor '" + name + "' lacks a dtype, a shape or sensible offsets");
        }
        if (to > dataBytes) {
            throw new FileFormatException(file, "tensor '" + name + "' ends " + (to - dataBytes)
                    + " bytes behind the end of the file, which was cut off, or its header is wrong; get it again, or make it anew");
        }
        DType dtype;
        try {
            dtype = DType.valueOf(type);
        } catch (IllegalArgumentException e) {
            throw new FileFormatException(file,
                    "tensor '" + name + "' has dtype " + type + "; there are "
                            + Arrays.stream(DType.values()).map(DType::name).collect(Collectors.joining(", ")),
                    e);
        }
        TensorEntry entry;
        try {
            entry = new TensorEntry(name, dtype, Shape.of(dims));
            if (entry.bytes() != to - from) {
                throw new FileFormatException(file,
                        "tensor '" + name + "' of " + dtype + " " + entry.shape() + " takes "
                                + entry.bytes() + " bytes, its offsets give " + (to - from));
            }
        } catch (IllegalArgumentException e) {
            throw new FileFormatException(file, "tensor '" + name + "' has an impossible shape", e);
        }
        entries.put(name, entry);
        offsets.put(name, from);
        return new long[]{from, to};
    }

    private static void checkSpans(Path file, List<long[]> spans, long dataBytes) throws IOException {
        spans.sort(Comparator.<long[]>comparingLong(s -> s[0]).thenComparingLong(s -> s[1]));
        long end = 0;
        for (long[] span : spans) {
            if (span[0] < end) throw new FileFormatException(file, "tensors overlap at byte " + span[0]);
            if (span[0] > end)
                throw new FileFormatException(file, "bytes " + end + " to " + span[0] + " belong to no tensor");
            end = span[1];
        }
        if (end != dataBytes)
            throw new FileFormatException(file, "bytes " + end + " to " + dataBytes + " belong to no tensor");
    }

    /** The bytes of a header, padded with spaces to a multiple of eight. */
    static byte[] encode(Map<String, String> metadata, List<TensorEntry> entries) {
        JsonObject root = new JsonObject();
        if (!metadata.isEmpty()) {
            JsonObject meta = new JsonObject();
            new TreeMap<>(metadata).forEach(meta::addProperty); // some maps have another order in each run
            root.add(METADATA, meta);
        }
        long at = 0;
        for (TensorEntry e : entries) {
            JsonObject o = new JsonObject();
            o.addProperty("dtype", e.type().name());
            JsonArray shape = new JsonArray();
            for (int d : e.shape().toArray()) shape.add(d);
            o.add("shape", shape);
            JsonArray span = new JsonArray();
            span.add(at);
            at += e.bytes();
            span.add(at);
            o.add("data_offsets", span);
            root.add(e.name(), o);
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
