package org.logah.autograd.nn;

import org.logah.engine.Shape;

/**
 * What a network says of one of its parameters before it has any numbers.
 *
 * @param name its name in the network's files
 * @param shape its shape as stored
 * @param role what it is for
 * @param residual whether it is the weight of a residual map: one whose output is added to the stream that its block read
 *        from. With depth the stream's variance grows by each of them, so initializers and hypernetworks scale them down
 *        (GPT-2, section 2.3).
 */
public record ParameterSpec(String name, Shape shape, Role role, boolean residual) {

    /** A parameter that is no residual map's weight. */
    public ParameterSpec(String name, Shape shape, Role role) {
        this(name, shape, role, false);
    }

    /** What a parameter is for; initializers and weight decay go by it. */
    public enum Role {
        /** A matrix stored {@code [out, in]}, or a convolution {@code [out, in, height, width]}. */
        WEIGHT,
        /** A matrix stored {@code [in, out]}, as GPT-2 does. */
        WEIGHT_IN_OUT,
        BIAS,
        /** A table of token embeddings. */
        EMBEDDING,
        /** A table of position embeddings. */
        POSITION,
        /** A learned token. */
        TOKEN,
        NORM_WEIGHT,
        NORM_BIAS
    }

    /** Number of inputs that one output of this weight sees; 1 for what is not a weight. */
    public int fanIn() {
        return switch (role) {
            case WEIGHT -> Math.toIntExact(shape.elements() / shape.dim(0));
            case WEIGHT_IN_OUT -> shape.dim(0);
            default -> 1;
        };
    }

    /** Number of outputs that one input of this weight reaches. */
    public int fanOut() {
        return switch (role) {
            case WEIGHT -> Math.toIntExact(shape.elements() / shape.dim(1));
            case WEIGHT_IN_OUT -> shape.dim(1);
            default -> 1;
        };
    }
}
