package org.logah.training.meta;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What was computed for the keys that were asked for last. Thread-safe: a value is computed once while its key is kept, and that
 * holds up nobody who asks for another key.
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

    /** @param most so many keys are kept; for one more, the one that was not asked for the longest is dropped */
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
