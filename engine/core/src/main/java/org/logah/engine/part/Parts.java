package org.logah.engine.part;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import org.logah.engine.TensorException;

/**
 * The parts registered for one place, by name. They are looked for where {@link #of} is called, so that a program which never
 * asks for a part by its name never searches its class path.
 *
 * @param <T> the place's interface
 */
public final class Parts<T extends Part> {
    private final String place;
    private final Map<String, T> byKind = new LinkedHashMap<>();

    private Parts(String place) { this.place = place; }

    /**
     * Finds what is registered.
     *
     * @param type the interface that the service file is named after
     * @param place what such a part is called in messages, e.g. {@code encoder}
     * @param <T> the interface
     * @return the parts found
     * @throws IllegalStateException if two parts have one name
     */
    public static <T extends Part> Parts<T> of(Class<T> type, String place) {
        Parts<T> parts = new Parts<>(place);
        // Not by the thread's loader: a pool's thread may not see the jars of the program that it works for.
        for (T part : ServiceLoader.load(type, type.getClassLoader())) {
            T other = parts.byKind.put(part.kind(), part);
            if (other != null)
                throw new IllegalStateException("two of kind " + place + " are called '" + part.kind() + "': "
                        + other.getClass().getName() + " and " + part.getClass().getName());
        }
        return parts;
    }

    /** {@return all of them, in the order of the class path} */
    public List<T> all() {
        return List.copyOf(byKind.values());
    }

    /** {@return their names, in the order of the class path} */
    public List<String> kinds() {
        return List.copyOf(byKind.keySet());
    }

    /**
     * One part.
     *
     * @param kind its name
     * @return the part
     * @throws TensorException if there is none of that name, saying which there are
     */
    public T get(String kind) {
        T part = byKind.get(kind);
        if (part == null)
            throw new TensorException(
                    place + " '" + kind + "': there " + (byKind.size() == 1 ? "is only " : "are ")
                            + String.join(", ", byKind.keySet()));
        return part;
    }
}
