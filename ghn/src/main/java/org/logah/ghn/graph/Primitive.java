package org.logah.ghn.graph;

import java.util.List;
import java.util.Locale;

/**
 * What a node does. A hypernetwork's file names the primitives of its embedding table, row by row, so constants may be added
 * here.
 */
public enum Primitive {
    /** A maximum over windows; it is in the reference's table, and no operation here gives it. */
    MAX_POOL,
    /** A mean over windows; it is in the reference's table, and no operation here gives it. */
    AVG_POOL,
    /** A separable convolution; it is in the reference's table, and no operation here gives it. */
    SEP_CONV,
    /** A dilated convolution; it is in the reference's table, and no operation here gives it. */
    DIL_CONV,
    /** Any weight matrix, linear or convolution. */
    CONV,
    /** The softmax of attention. */
    MSA,
    /** Squeeze and excitation of channels; it is in the reference's table, and no operation here gives it. */
    CSE,
    /** A residual addition. */
    SUM,
    /** Values side by side. */
    CONCAT,
    /** An input of the network; it has no predecessors. */
    INPUT,
    /** A vector that is added. */
    BIAS,
    /**
     * A batch norm; here any vector that is multiplied in (a layer's scale, a gate of one number, a temperature), since with
     * fixed statistics a batch norm is one factor per channel. The norms of single values (ln, rmsnorm) would say that values are
     * normalized, which they are not; rmsnorm and gate are unknown to vision hypernetworks.
     */
    BN,
    /** A layer norm, weight and bias together. */
    LN,
    /** Any embedding table. */
    POS_ENC,
    /** A sum or average over places that keeps the channels. */
    GLOB_AVG,
    /** A root mean square norm; it has a weight only. */
    RMSNORM,
    /** A rotation of queries or keys by their place. */
    ROT_EMB,
    /** A product of two paths, or a gated unit's mixture of them. */
    GATE;

    /** The rows of the reference's embedding table for vision, in order. */
    public static final List<Primitive> VISION = List.of(MAX_POOL, AVG_POOL, SEP_CONV, DIL_CONV, CONV, MSA, CSE, SUM,
            CONCAT, INPUT, BIAS, BN, LN, POS_ENC, GLOB_AVG);

    /** The rows of the reference's embedding table for language models: those for vision and three more. */
    public static final List<Primitive> LANGUAGE = List.of(MAX_POOL, AVG_POOL, SEP_CONV, DIL_CONV, CONV, MSA, CSE, SUM,
            CONCAT, INPUT, BIAS, BN, LN, POS_ENC, GLOB_AVG, RMSNORM, ROT_EMB, GATE);

    /** {@return the reference's name, in lower case} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
