package org.logah.training.meta;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A cache of the most recently used keys' values. Thread-safe: a value is computed once while its key is kept, without blocking
 * other keys.
 *
 * @param <K> with {@code equals} and {@code hashCode}
 * @param <V> the same for the same key whenever it is computed
 */
final class LruCache<K, V> {
    private final Map<K, Slot<V>> slots = new LinkedHashMap<>(16, 0.75f, true);
    private final int most;

    private static final class Slot<V> {
        private @Nullable V value;

        synchronized <K> V get(K key, Function<? super K, ? extends V> compute) {
            V known = value;
            if (known == null) {
                known = compute.apply(key);
                value = known;
            }
            return known;
        }
    }

    /** @param most number of keys; beyond it the least recently used is dropped */
    LruCache(int most) {
        this.most = most;
    }

    /** {@return the value of a key; computed where it is not kept, and where that throws, it is tried again the next time} */
    V get(K key, Function<? super K, ? extends V> compute) {
        Slot<V> slot;
        synchronized (slots) {
            slot = slots.computeIfAbsent(key, _ -> new Slot<>());
            if (slots.size() > most) slots.remove(slots.keySet().iterator().next());
        }
        return slot.get(key, compute);
    }
}
