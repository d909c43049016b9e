package org.logah.models.gpt2;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.models.text.LanguageModel;

/**
 * What a GPT-2 is built from.
 *
 * @param layers transformer layers
 * @param heads attention heads; they divide the width
 * @param width width of the states
 * @param mlp width inside the MLP
 * @param vocabulary number of different tokens
 * @param positions longest sequence, in tokens
 * @param tied whether the head reuses the token table
 */
public record Gpt2Config(int layers, int heads, int width, int mlp, int vocabulary, int positions, boolean tied)
        implements
            LanguageModel.Config {
    /**
     * Checks that the sizes go together.
     *
     * @throws TensorException if one of them is not within its {@link SizeBounds}, or the heads do not divide the width
     */
    public Gpt2Config {
        SizeBounds.of("gpt2").layers(layers).width("heads", heads).width("width", width).width("mlp", mlp)
                .rows("vocabulary", vocabulary).rows("positions", positions).heads(heads, width);
    }

    /**
     * {@return a configuration with an MLP four times as wide}
     *
     * @param layers transformer layers
     * @param heads attention heads
     * @param width width of the states
     * @param vocabulary number of different tokens
     * @param positions longest sequence, in tokens
     * @param tied whether the head reuses the token table
     */
    public static Gpt2Config of(int layers, int heads, int width, int vocabulary, int positions, boolean tied) {
        return new Gpt2Config(layers, heads, width, SizeBounds.fourTimes(width), vocabulary, positions, tied);
    }

    /**
     * {@return one of the published sizes: tied head, 50257 tokens, 1024 positions}
     *
     * @param layers transformer layers
     * @param heads attention heads
     * @param width width of the states
     */
    public static Gpt2Config published(int layers, int heads, int width) {
        return of(layers, heads, width, 50257, 1024, true);
    }
}
