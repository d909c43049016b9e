package org.logah.models;

import java.util.List;

/**
 * A family of target networks: one architecture in all its sizes. Families are found by {@link java.util.ServiceLoader}: a
 * class with a public constructor without arguments, named in a file
 * {@code META-INF/services/org.logah.models.TargetFamily} on the class path, is known to {@link ModelCatalog} and with it to
 * every command.
 */
public interface TargetFamily {
    /** {@return the family's name in lower case, as {@code llama}; it also stands for {@link #defaultVariant}} */
    String name();

    /** {@return the names of the published sizes in lower case, at least one; the family's own name may be among them} */
    List<String> variants();

    /** {@return the variant that the family's name alone stands for} */
    default String defaultVariant() {
        return variants().getFirst();
    }

    /** {@return what may be chosen by name, in the order in which help shows it} */
    List<FamilyOption> options();

    /** {@return the data that the networks read} */
    DataKind kind();

    /**
     * {@return a network, which has no numbers yet}
     *
     * @param variant one of {@link #variants}
     * @param options what the user changed about it, checked against {@link #options}
     * @throws org.logah.engine.TensorException if the sizes do not go together
     */
    TargetNetwork build(String variant, OptionValues options);

    /** {@return ways to draw architectures of this family at random; none where nobody meta-trains on them} */
    default List<ArchitectureSampler> samplers() {
        return List.of();
    }
}
