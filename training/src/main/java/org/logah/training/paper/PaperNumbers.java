package org.logah.training.paper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.part.JsonValues;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** The paper's own numbers, which stand beside ours; cells that are not known here are left open. */
final class PaperNumbers {
    private static final String FILE = "numbers.json";
    private static final JsonObject ALL = read();

    private PaperNumbers() {}

    private static JsonObject read() {
        try (InputStream in = Objects.requireNonNull(PaperNumbers.class.getResourceAsStream(FILE))) {
            return JsonValues.object(FILE,
                    JsonValues.parse(FILE, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where they are from. */
    static String source() { return ALL.get("source").getAsString(); }

    /** A cell of a table; null where it is not known. */
    static @Nullable Double of(String table, String row, String column) {
        JsonElement rows = ALL.get(table);
        if (rows == null) return null;
        JsonElement cells = rows.getAsJsonObject().get(row);
        JsonElement value = cells == null ? null : cells.getAsJsonObject().get(column);
        return value == null ? null : value.getAsDouble();
    }
}
