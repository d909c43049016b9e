package org.logah.models;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;

import com.google.gson.JsonObject;

/**
 * How the library that a family was published with writes weights and sizes: the names of tensors, which may differ from the
 * network's own in what this knows, and {@code config.json}.
 */
public interface LibraryForm {
    /** The key of {@link #config} under which a model of a family without a library says what it is. */
    String MODEL = "model";

    /** {@return the form of a family that no library has: the network's own names, and a configuration that is its description} */
    static LibraryForm own() {
        return new OwnForm();
    }

    /** {@return a tensor that every network of the family has and no other, under the network's own name} */
    String characteristicTensor();

    /**
     * {@return the network's own name of a tensor}
     *
     * @param name in a file; a name that is not known stays as it is
     */
    default String ownName(String name) { return name; }

    /**
     * {@return whether a tensor holds what the network computes by itself, so that nothing is lost without it}
     *
     * @param ownName as {@link #ownName} gave it
     */
    default boolean isBuffer(String ownName) { return false; }

    /** {@return the head of a network that has none of its own, as some files repeat it; null where there are no such heads} */
    default @Nullable TiedHead tiedHead() {
        return null;
    }

    /**
     * A tensor that is another one again.
     *
     * @param name of the copy
     * @param original of which it is one
     */
    record TiedHead(String name, String original) {}

    /**
     * {@return whether a configuration is one of this family's}
     *
     * @param config the content of a {@code config.json}
     */
    boolean isOf(JsonFields config);

    /**
     * {@return the network that a configuration describes}
     *
     * @param config one for which {@link #isOf} holds
     * @throws TensorException if a key is missing or wrong, or it asks for what the network here does not have
     */
    TargetNetwork network(JsonFields config);

    /**
     * {@return the content of a {@code config.json}, from which the library makes the same network}
     *
     * @param network one of the family's
     */
    JsonObject config(TargetNetwork network);

    /**
     * {@return whether the tensors are a network's of this family}
     *
     * @param ownNames as {@link #ownName} gave them
     */
    default boolean hasNames(Set<String> ownNames) {
        return !characteristicTensor().isEmpty() && ownNames.contains(characteristicTensor());
    }

    /**
     * Refuses a configuration that asks for what the network here does not have.
     *
     * @param config the configuration
     * @param key that may be missing or null, which means the first of {@code known}
     * @param known what the key may be, as JSON
     * @throws TensorException if it is something else, naming key and value
     */
    static void require(JsonFields config, String key, String... known) {
        if (!config.has(key) || config.get(key).isJsonNull()) return;
        String found = config.get(key).toString();
        for (String one : known) if (same(one, found)) return;
        throw new TensorException("'" + config.path(key) + "' is " + found + "; the network here has "
                + String.join(" or ", List.of(known)));
    }

    private static boolean same(String known, String found) {
        try {
            return known.equals(found) || Double.parseDouble(known) == Double.parseDouble(found);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
