package org.logah.models.llama;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.models.text.LanguageModel;

/**
 * What a Llama is built from.
 *
 * @param layers transformer layers
 * @param heads heads of queries; they divide the width
 * @param keyValueHeads heads of keys and values; each serves {@code heads / keyValueHeads} heads of queries (arXiv
 *        2305.13245)
 * @param width width of the states
 * @param mlp width inside the gated MLP
 * @param vocabulary number of different tokens
 * @param positions longest sequence, in tokens
 * @param rotaryBase base of the rotary embedding's wavelengths
 * @param tied whether the head reuses the token table
 */
public record LlamaConfig(int layers, int heads, int keyValueHeads, int width, int mlp, int vocabulary, int positions,
        int rotaryBase, boolean tied) implements LanguageModel.Config {
    /**
     * Checks that the sizes go together.
     *
     * @throws TensorException if one of them is not within its {@link SizeBounds}, the heads do not divide the width, the heads of keys and values
     *         do not divide those of queries, or the entries of a head cannot be turned in pairs
     */
    public LlamaConfig {
        SizeBounds.of("llama").layers(layers).width("heads", heads).width("kvheads", keyValueHeads)
                .width("width", width)
                .width("mlp", mlp).rows("vocabulary", vocabulary).rows("positions", positions)
                .within("base", rotaryBase, Integer.MAX_VALUE).heads(heads, width);
        if (width / heads % 2 != 0)
            throw new TensorException("llama: heads of " + width / heads + " entries cannot be turned in pairs");
        if (heads % keyValueHeads != 0)
            throw new TensorException("llama: " + keyValueHeads + " kvheads do not divide " + heads + " heads");
    }

    /** {@return the entries of one head} */
    public int headSize() { return width / heads; }

    /** {@return Llama 2 with 7B parameters (arXiv 2307.09288)} */
    public static LlamaConfig llama2With7b() {
        return new LlamaConfig(32, 32, 32, 4096, 11008, 32000, 4096, 10_000, false);
    }

    /** {@return Llama 3 with 8B parameters (arXiv 2407.21783, before its context was extended)} */
    public static LlamaConfig llama3With8b() {
        return new LlamaConfig(32, 32, 8, 4096, 14336, 128256, 8192, 500_000, false);
    }
}
