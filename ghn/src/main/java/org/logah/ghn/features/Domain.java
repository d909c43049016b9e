package org.logah.ghn.features;

import java.util.List;

import org.logah.ghn.graph.Primitive;

/** What kind of targets a hypernetwork is made for; its embeddings depend on it. */
public enum Domain {
    /** Classifiers of images. */
    VISION(Primitive.VISION, List.of()),
    /** Language models: three more primitives, and channel bins for the vocabularies of Llama 2, GPT-2 and Llama 3. */
    LANGUAGE(Primitive.LANGUAGE, List.of(32000, 50257, 128256));

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<Primitive> primitives;
    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<Integer> vocabularies;

    Domain(List<Primitive> primitives, List<Integer> vocabularies) {
        this.primitives = primitives;
        this.vocabularies = vocabularies;
    }

    /** {@return the primitives that hypernetworks of the reference know, in the order of their embedding table} */
    public List<Primitive> primitives() {
        return primitives;
    }

    /** Numbers of channels that have a bin of their own beside those that both domains have. */
    List<Integer> vocabularies() {
        return vocabularies;
    }
}
