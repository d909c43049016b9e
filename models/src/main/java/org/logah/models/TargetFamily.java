package org.logah.models;

import java.util.List;

import org.logah.engine.part.Part;

/**
 * A family of target networks: one architecture in all its sizes. One class and one line in
 * {@code META-INF/services/org.logah.models.TargetFamily} make it known to {@link ModelCatalog}, and with it to every command.
 * The family's name, its {@link #kind}, stands for {@link #defaultVariant} where it is written as a model.
 */
public interface TargetFamily extends Part {
    /** {@return the names of the published sizes in lower case, at least one; the family's own name may be among them} */
    List<String> variants();

    /** {@return the variant that the family's name alone stands for} */
    default String defaultVariant() {
        return variants().getFirst();
    }

    /** {@return what may be chosen by name, in the order in which help shows it} */
    List<FamilyOption> options();

    /** {@return the data that the networks read} */
    DataKind dataKind();

    /**
     * {@return a network, which has no numbers yet}
     *
     * @param variant one of {@link #variants}
     * @param options what the user changed about it, checked against {@link #options}
     * @throws org.logah.engine.TensorException if the sizes do not go together
     */
    TargetNetwork build(String variant, OptionValues options);

    /** {@return how the library that the family was published with writes its weights and sizes} */
    default LibraryForm libraryForm() {
        return LibraryForm.own();
    }

    /** {@return ways to draw architectures of this family at random; none where nobody meta-trains on them} */
    default List<ArchitectureSampler> samplers() {
        return List.of();
    }
}
