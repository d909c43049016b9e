package org.logah.engine.part;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;

/** Single values of a JSON document, and what is said where there is another. */
public final class JsonValues {
    private static final int SHOWN = 40;

    private JsonValues() {}

    /**
     * {@return true or false}
     *
     * @param name of the value, for the message
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else
     */
    public static boolean flag(String name, @Nullable JsonElement found) {
        if (found instanceof JsonPrimitive p && p.isBoolean()) return p.getAsBoolean();
        throw wrong(name, found, "true or false");
    }

    /**
     * {@return a text}
     *
     * @param name of the value, for the message
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else
     */
    public static String text(String name, @Nullable JsonElement found) {
        if (found instanceof JsonPrimitive p && p.isString()) return p.getAsString();
        throw wrong(name, found, "a text");
    }

    /**
     * {@return a whole number}
     *
     * @param name of the value, for the message
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else, or too large for an int
     */
    public static int integer(String name, @Nullable JsonElement found) {
        if (found instanceof JsonPrimitive p && p.isNumber()) {
            double number = p.getAsDouble();
            if (number == (int) number) return (int) number;
        }
        throw wrong(name, found, "a whole number");
    }

    /**
     * {@return a whole number of 64 bits}
     *
     * @param name of the value, for the message
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else, or too large for a long
     */
    public static long wholeLong(String name, @Nullable JsonElement found) {
        if (found instanceof JsonPrimitive p && p.isNumber()) {
            try {
                return Long.parseLong(p.getAsString());
            } catch (NumberFormatException e) {
                throw wrong(name, found, "a whole number");
            }
        }
        throw wrong(name, found, "a whole number");
    }

    /**
     * {@return a number, neither infinite nor none}
     *
     * @param name of the value, for the message
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else, or larger than a double can be
     */
    public static double decimal(String name, @Nullable JsonElement found) {
        if (found instanceof JsonPrimitive p && p.isNumber() && Double.isFinite(p.getAsDouble()))
            return p.getAsDouble();
        throw wrong(name, found, "a finite number");
    }

    /**
     * {@return a list}
     *
     * @param name of the value, for the message
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else
     */
    public static List<JsonElement> list(String name, @Nullable JsonElement found) {
        if (found instanceof JsonArray a) return a.asList();
        throw wrong(name, found, "a list");
    }

    /**
     * {@return an object}
     *
     * @param name of the value, for the message; empty for a whole document
     * @param found the value, or null where there is none
     * @throws TensorException if it is something else
     */
    public static JsonObject object(String name, @Nullable JsonElement found) {
        if (found instanceof JsonObject o) return o;
        throw wrong(name, found, "an object");
    }

    /**
     * {@return a document}
     *
     * @param name of the text, for the message; empty for a whole file
     * @param text JSON
     * @throws TensorException if it is none, saying where
     */
    public static JsonElement parse(String name, String text) {
        // Gson takes it for null.
        if (text.isBlank()) throw new TensorException((name.isEmpty() ? "" : "'" + name + "' ") + "is empty");
        try {
            return JsonParser.parseString(text);
        } catch (JsonParseException e) {
            String where = String.valueOf(e.getMessage()).replaceAll("(?s).*( at line \\d+ column \\d+).*|.*", "$1");
            throw new TensorException((name.isEmpty() ? "" : "'" + name + "' ") + "is no JSON"
                    + where.replace(" at", ", see"), e);
        }
    }

    /**
     * {@return what one document says otherwise than another, as {@code its width is 96, this one's 64; ...}; empty where they
     * agree in all that is of interest} Of objects with the same keys it names what is different inside: {@code its features.shapes is ...}.
     *
     * @param theirs the document found
     * @param ours the document wanted, whose keys are of interest
     */
    public static String difference(JsonObject theirs, JsonObject ours) {
        return differences("", theirs, ours).collect(Collectors.joining("; "));
    }

    private static Stream<String> differences(String path, JsonObject theirs, JsonObject ours) {
        return ours.keySet().stream().filter(key -> !ours.get(key).equals(theirs.get(key)))
                .flatMap(key -> ours.get(key) instanceof JsonObject mine && theirs.get(key) instanceof JsonObject other
                        && mine.keySet().equals(other.keySet())
                                ? differences(path + key + ".", other, mine)
                                : Stream.of("its " + path + key + " is " + theirs.get(key) + ", this one's "
                                        + ours.get(key)));
    }

    /**
     * What to say of a value that is not what it should be.
     *
     * @param name of the value
     * @param found the value, or null where there is none
     * @param wanted what it should be, in words
     * @return an exception that names it, shows its first characters and says what it should be
     */
    public static TensorException wrong(String name, @Nullable JsonElement found, String wanted) {
        String text = String.valueOf(found);
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return new TensorException(
                (name.isEmpty() ? "it" : "'" + name + "'") + " is " + (found == null ? "missing" : shown)
                        + ", not " + wanted);
    }
}
