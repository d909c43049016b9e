package org.logah.autograd.nn;

import org.logah.engine.Shape;

/**
 * What a network says of one of its parameters before it has any numbers.
 *
 * @param name its name in the network's files
 * @param shape its shape as stored
 * @param role what it is for
 * @param output where what is computed with it goes
 */
public record ParameterSpec(String name, Shape shape, Role role, Output output) {

    /** Where the output of a map goes, as far as those who start it need to know; networks mark it ({@link Linear#ontoResidual}, {@link Linear#intoScores}). */
    public enum Output {
        /** Elsewhere, or not marked. */
        OTHER,
        /**
         * It is added to the stream that its block read from. With depth the stream's variance grows by each of them, so initializers and
         * hypernetworks scale them down (GPT-2, section 2.3).
         */
        RESIDUAL,
        /** Into scores of attention: queries, or keys, and nothing beside them. Scores are products of two such outputs. Weights and biases of such a map have it. */
        SCORES
    }

    /**
     * A parameter whose output goes nowhere that is named here.
     *
     * @param name its name in the network's files
     * @param shape its shape as stored
     * @param role what it is for
     */
    public ParameterSpec(String name, Shape shape, Role role) { this(name, shape, role, Output.OTHER); }

    /** {@return whether it is the weight or the bias of a map onto the residual stream} */
    public boolean residual() {
        return output == Output.RESIDUAL;
    }

    /** What a parameter is for; initializers and weight decay go by it. */
    public enum Role {
        /** A matrix stored {@code [out, in]}, or a convolution {@code [out, in, height, width]}. */
        WEIGHT,
        /** A matrix stored {@code [in, out]}, as GPT-2 does. */
        WEIGHT_IN_OUT,
        /** What a linear map or a convolution adds, {@code [out]}. */
        BIAS,
        /** A table of token embeddings, {@code [tokens, width]}. */
        EMBEDDING,
        /** A table of position embeddings; its last two axes are {@code [positions, width]}. */
        POSITION,
        /** A learned token, such as a vision transformer's class token. */
        TOKEN,
        /** What a norm multiplies with, {@code [width]}. */
        NORM_WEIGHT,
        /** What a layer norm adds, {@code [width]}. */
        NORM_BIAS
    }

    /** {@return the number of inputs that one output of this weight sees; 1 for what is not a weight} */
    public int fanIn() {
        return switch (role) {
            case WEIGHT -> Math.toIntExact(shape.elements() / shape.dim(0));
            case WEIGHT_IN_OUT -> shape.dim(0);
            default -> 1;
        };
    }

    /** {@return the number of outputs that one input of this weight reaches; 1 for what is not a weight} */
    public int fanOut() {
        return switch (role) {
            case WEIGHT -> Math.toIntExact(shape.elements() / shape.dim(1));
            case WEIGHT_IN_OUT -> shape.dim(1);
            default -> 1;
        };
    }
}
