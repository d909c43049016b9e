package org.logah.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map.Entry;
import java.util.SequencedMap;

import org.logah.engine.TensorException;

/**
 * The sizes that a family was published in, by name.
 *
 * @param <C> the family's configuration
 */
public final class PublishedSizes<C> {
    private final String family;
    private final SequencedMap<String, C> configurations = new LinkedHashMap<>();

    private PublishedSizes(String family) { this.family = family; }

    /**
     * {@return the sizes of a family}
     *
     * @param family its name, for messages
     * @param sizes variants and their configurations, in the order in which help shows them
     * @param <C> the family's configuration
     */
    @SafeVarargs
    public static <C> PublishedSizes<C> of(String family, Entry<String, C>... sizes) {
        PublishedSizes<C> published = new PublishedSizes<>(family);
        for (Entry<String, C> size : sizes) published.configurations.put(size.getKey(), size.getValue());
        return published;
    }

    /** {@return the names, in order} */
    public List<String> variants() { return List.copyOf(configurations.keySet()); }

    /**
     * {@return the configuration of a variant}
     *
     * @param variant one of {@link #variants}
     * @throws TensorException if there is none of that name, saying which there are
     */
    public C get(String variant) {
        C found = configurations.get(variant);
        if (found == null)
            throw new TensorException(family + ": no variant '" + variant + "'; there are " + variants());
        return found;
    }
}
