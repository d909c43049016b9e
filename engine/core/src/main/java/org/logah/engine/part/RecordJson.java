package org.logah.engine.part;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import org.logah.engine.TensorException;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/**
 * Configurations as JSON: a record is an object whose keys are its components, {@code maxOut} as {@code max_out}. Components are
 * whole numbers, decimal numbers, flags, texts, enum constants ({@code ON_INPUT} as {@code on_input}), lists of these,
 * further records, and {@link Part}s, whose object says their name under {@code kind}. What is read must have every key and no
 * other.
 */
public final class RecordJson {
    private static final String KIND = "kind";

    private RecordJson() {}

    /**
     * A record as JSON.
     *
     * @param record whose components are of the types named above
     * @return an object with a key for each component
     * @throws IllegalArgumentException if a component is of another type
     */
    public static JsonObject write(Record record) {
        JsonObject o = new JsonObject();
        if (record instanceof Part part) o.addProperty(KIND, part.kind());
        for (RecordComponent c : record.getClass().getRecordComponents()) o.add(key(c), element(value(record, c)));
        return o;
    }

    private static JsonElement element(Object value) {
        return switch (value) {
            case Record r -> write(r);
            case Enum<?> e -> new JsonPrimitive(label(e));
            case List<?> list -> {
                JsonArray a = new JsonArray();
                list.forEach(v -> a.add(element(v)));
                yield a;
            }
            case Number n -> new JsonPrimitive(n);
            case Boolean b -> new JsonPrimitive(b);
            case String s -> new JsonPrimitive(s);
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
        };
    }

    /**
     * Reads a record.
     *
     * @param type of the record
     * @param json an object as {@link #write} makes it
     * @param <R> the record
     * @return the record
     * @throws TensorException if a key is missing, unknown, or holds what its component cannot, naming the key; or from the
     *         record's own checks
     */
    public static <R extends Record> R read(Class<R> type, JsonElement json) {
        return type.cast(record(type, json, ""));
    }

    private static Object record(Class<?> type, JsonElement json, String path) {
        JsonObject o = object(json, path);
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Set<String> unknown = new HashSet<>(o.keySet());
        if (Part.class.isAssignableFrom(type)) unknown.remove(KIND);
        for (int i = 0; i < values.length; i++) {
            String key = key(components[i]);
            unknown.remove(key);
            JsonElement e = o.get(key);
            if (e == null) throw new TensorException("'" + path + key + "' is missing");
            values[i] = read(components[i].getGenericType(), e, path + key);
        }
        if (!unknown.isEmpty())
            throw new TensorException("'" + path + unknown.stream().sorted().toList().getFirst() + "' is unknown here");
        return create(type, components, values);
    }

    private static Object create(Class<?> type, RecordComponent[] components, Object[] values) {
        try {
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < types.length; i++) types[i] = components[i].getType();
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof TensorException refused) throw refused;
            if (e.getCause() instanceof IllegalArgumentException)
                throw new TensorException(Objects.requireNonNullElse(e.getCause().getMessage(), type.getSimpleName()),
                        e.getCause());
            throw new IllegalStateException(type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " and its constructor must be public", e);
        }
    }

    private static Object read(Type generic, JsonElement e, String path) {
        if (generic instanceof ParameterizedType list) {
            if (!e.isJsonArray()) throw JsonValues.wrong(path, e, "a list");
            List<Object> all = new ArrayList<>();
            for (JsonElement one : e.getAsJsonArray())
                all.add(read(list.getActualTypeArguments()[0], one, path + "[" + all.size() + "]"));
            return List.copyOf(all);
        }
        Class<?> type = (Class<?>) generic;
        if (type.isInterface() && Part.class.isAssignableFrom(type)) return part(type.asSubclass(Part.class), e, path);
        if (type.isRecord()) return record(type, e, path + ".");
        if (type.isEnum()) return constant(type, e, path);
        if (type == boolean.class) return JsonValues.flag(path, e);
        if (type == String.class) return JsonValues.text(path, e);
        if (type == int.class) return JsonValues.integer(path, e);
        if (e instanceof JsonPrimitive p && p.isNumber()) {
            if (type == double.class || type == Double.class) return JsonValues.decimal(path, e);
            if (type == long.class) return JsonValues.wholeLong(path, e);
            if (type == Integer.class) return JsonValues.integer(path, e);
        }
        throw JsonValues.wrong(path, e, "a number");
    }

    private static Part part(Class<? extends Part> type, JsonElement e, String path) {
        JsonElement named = object(e, path + ".").get(KIND);
        if (named == null) throw new TensorException("'" + path + "." + KIND + "' is missing");
        Part prototype = Parts.of(type, path).get(JsonValues.text(path + "." + KIND, named));
        return (Part) record(prototype.getClass(), e, path + ".");
    }

    private static JsonObject object(JsonElement e, String path) {
        return JsonValues.object(path.isEmpty() ? "configuration" : path.substring(0, path.length() - 1), e);
    }

    private static Object constant(Class<?> type, JsonElement e, String path) {
        String wanted = JsonValues.text(path, e);
        List<String> labels = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            String label = label((Enum<?>) constant);
            if (label.equals(wanted)) return constant;
            labels.add(label);
        }
        throw JsonValues.wrong(path, e, "one of " + String.join(", ", labels));
    }

    private static String label(Enum<?> e) { return e.name().toLowerCase(Locale.ROOT); }

    private static String key(RecordComponent c) {
        return c.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static Object value(Record record, RecordComponent c) {
        try {
            return c.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(record.getClass().getName() + " must be public", e);
        }
    }
}
