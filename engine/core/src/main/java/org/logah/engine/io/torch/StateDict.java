package org.logah.engine.io.torch;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.torch.Pickled.Namespace;
import org.logah.engine.io.torch.Pickled.None;
import org.logah.engine.io.torch.Pickled.Tuple;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/**
 * The weights of a module by name, alone in their file or as one of several things in it.
 *
 * @param tensors by name, in the order of the file
 * @param config what stands beside them under {@code config}, as JSON; null where there is nothing
 * @param others keys of what else has tensors in it, such as an optimizer's state, and is not read
 */
public record StateDict(Map<String, TorchTensor> tensors, @Nullable JsonObject config, List<String> others) {

    /** Where programs put the weights, if not alone into the file. */
    private static final List<String> PLACES = List.of("state_dict", "model_state_dict", "model");
    private static final String CONFIG = "config";
    /** A value may be in a dict many times, itself included: what is walked is bounded. */
    private static final int MOST_DEPTH = 16;
    private static final int MOST_WALKED = 10_000;

    /**
     * Finds the weights in what a file holds.
     *
     * @param root the value of its pickle
     * @throws TensorException if there are none
     */
    static StateDict of(Object root) {
        if (!(root instanceof Map<?, ?> all))
            throw new TensorException("holds " + Unpickler.kind(root)
                    + ", not tensors by name; save torch.save(model.state_dict(), ...)");
        for (String place : PLACES)
            if (all.get(place) instanceof Map<?, ?> weights && hasTensors(weights)) return of(all, place, weights);
        if (!hasTensors(all))
            throw new TensorException("holds no tensors by name, alone or under " + String.join(", ", PLACES)
                    + "; its keys are " + keys(all));
        return of(all, null, all);
    }

    private static StateDict of(Map<?, ?> all, @Nullable String place, Map<?, ?> weights) {
        Map<String, TorchTensor> tensors = new LinkedHashMap<>();
        weights.forEach((key, value) -> {
            if (!(value instanceof TorchTensor tensor)) return;
            if (!(key instanceof String name)) throw new TensorException("has a tensor whose name is " + key);
            tensors.put(name, tensor);
        });
        List<String> others = new ArrayList<>();
        Walk walk = new Walk();
        all.forEach((key, value) -> {
            boolean read = key.equals(place) || place == null && value instanceof TorchTensor;
            if (!read && walk.findsTensor(value)) others.add(String.valueOf(key));
        });
        JsonElement config = all.get(CONFIG) instanceof Object found ? new Walk().json(found, 0) : null;
        return new StateDict(tensors, config instanceof JsonObject o ? o : null, others);
    }

    private static boolean hasTensors(Map<?, ?> map) {
        return map.values().stream().anyMatch(TorchTensor.class::isInstance);
    }

    private static String keys(Map<?, ?> map) {
        List<String> some = map.keySet().stream().limit(10).map(String::valueOf).toList();
        return some.isEmpty() ? "none" : String.join(", ", some) + (map.size() > some.size() ? ", ..." : "");
    }

    /** Goes through values that are made of others. */
    private static final class Walk {
        private int walked;
        /** Of values that others are in, whether there is a tensor; a value may be in a file's others many times. */
        private final Map<Object, Boolean> known = new IdentityHashMap<>();

        /** Where values are too deep in others, there may be one. */
        boolean findsTensor(Object value) {
            return findsTensor(value, 0);
        }

        private boolean findsTensor(Object value, int depth) {
            if (value instanceof TorchTensor || depth > MOST_DEPTH) return true;
            Collection<?> parts = parts(value);
            if (parts.isEmpty()) return false;
            Boolean before = known.putIfAbsent(value, false); // what is in itself has no more in it than the rest of it
            if (before != null) return before;
            boolean found = parts.stream().anyMatch(v -> findsTensor(v, depth + 1));
            known.put(value, found);
            return found;
        }

        private static Collection<?> parts(Object value) {
            return switch (value) {
                case Map<?, ?> map -> map.values();
                case Namespace n -> n.options.values();
                case List<?> list -> list;
                case Tuple tuple -> tuple.items();
                default -> List.of();
            };
        }

        JsonElement json(Object value, int depth) {
            if (++walked > MOST_WALKED || depth > MOST_DEPTH)
                throw new TensorException("has a config of more than " + MOST_WALKED + " values, or " + MOST_DEPTH
                        + " inside one another");
            return switch (value) {
                case Map<?, ?> map -> object(map, depth);
                case Namespace n -> object(n.options, depth);
                case List<?> list -> array(list, depth);
                case Tuple tuple -> array(tuple.items(), depth);
                case String text -> new JsonPrimitive(text);
                case Boolean flag -> new JsonPrimitive(flag);
                case Long n -> new JsonPrimitive(n);
                case BigInteger n -> new JsonPrimitive(n);
                case Double n when Double.isFinite(n) -> new JsonPrimitive(n);
                case None _ -> JsonNull.INSTANCE;
                default -> new JsonPrimitive(Unpickler.kind(value));
            };
        }

        private JsonObject object(Map<?, ?> map, int depth) {
            JsonObject o = new JsonObject();
            map.forEach((key, value) -> o.add(String.valueOf(key), json(value, depth + 1)));
            return o;
        }

        private JsonArray array(List<?> list, int depth) {
            JsonArray a = new JsonArray();
            for (Object value : list) a.add(json(value, depth + 1));
            return a;
        }
    }
}
