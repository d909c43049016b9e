package org.logah.engine.part;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * A JSON object from a file, read key by key: what is missing or of another kind than wanted is a {@link TensorException} that names
 * the key with the way to it ({@code model.layers}), shows what was found and says what is wanted.
 */
public final class JsonFields {
    private final String name;
    private final JsonObject object;

    private JsonFields(String name, JsonObject object) {
        this.name = name;
        this.object = object;
    }

    /**
     * {@return the fields of an object}
     *
     * @param name of the object, for messages; empty for a whole document
     * @param found what should be an object; null where there is nothing
     * @throws TensorException if it is something else
     */
    public static JsonFields of(String name, @Nullable JsonElement found) {
        return new JsonFields(name, JsonValues.object(name, found));
    }

    /**
     * {@return the fields of a text}
     *
     * @param name of the text, for messages; empty for a whole document
     * @param text JSON
     * @throws TensorException if it is no JSON, or no object
     */
    public static JsonFields parse(String name, String text) { return of(name, JsonValues.parse(name, text)); }

    /** {@return the keys, in the order of the file} */
    public Set<String> keys() { return object.keySet(); }

    /**
     * {@return whether a key is there, with null or another value}
     *
     * @param key the key
     */
    public boolean has(String key) { return object.has(key); }

    /**
     * {@return the key with the way to it, for messages}
     *
     * @param key the key
     */
    public String path(String key) { return name.isEmpty() ? key : name + "." + key; }

    /**
     * {@return a value of any kind}
     *
     * @param key the key
     * @throws TensorException if it is missing
     */
    public JsonElement get(String key) {
        JsonElement found = object.get(key);
        if (found == null) throw new TensorException("'" + path(key) + "' is missing");
        return found;
    }

    /**
     * {@return a whole number}
     *
     * @param key the key
     * @throws TensorException if it is missing or something else
     */
    public int integer(String key) { return JsonValues.integer(path(key), get(key)); }

    /**
     * {@return a whole number that may be missing}
     *
     * @param key the key
     * @param otherwise what it is where the key is not there
     * @throws TensorException if it is something else
     */
    public int integer(String key, int otherwise) { return has(key) ? integer(key) : otherwise; }

    /**
     * {@return a number, neither infinite nor none}
     *
     * @param key the key
     * @throws TensorException if it is missing or something else
     */
    public double decimal(String key) { return JsonValues.decimal(path(key), get(key)); }

    /**
     * {@return a text}
     *
     * @param key the key
     * @throws TensorException if it is missing or something else
     */
    public String text(String key) { return JsonValues.text(path(key), get(key)); }

    /**
     * {@return true or false; a value that may be missing or null}
     *
     * @param key the key
     * @param otherwise what it is where there is none
     * @throws TensorException if it is something else
     */
    public boolean flag(String key, boolean otherwise) {
        JsonElement found = object.get(key);
        return found == null || found.isJsonNull() ? otherwise : JsonValues.flag(path(key), found);
    }

    /**
     * {@return a list}
     *
     * @param key the key
     * @throws TensorException if it is missing or something else
     */
    public List<JsonElement> list(String key) { return JsonValues.list(path(key), get(key)); }

    /**
     * {@return an object inside this one}
     *
     * @param key the key
     * @throws TensorException if it is missing or something else
     */
    public JsonFields object(String key) { return of(path(key), get(key)); }
}
