package org.logah.ghn.graph;

import java.util.Locale;

/** What a node does, in the index order of the reference's embedding tables: 15 for vision, 18 for language. */
public enum Primitive {
    MAX_POOL, AVG_POOL, SEP_CONV, DIL_CONV,
    /** Any weight matrix, linear or convolution. */
    CONV,
    /** The softmax of attention. */
    MSA, CSE,
    /** A residual addition. */
    SUM, CONCAT, INPUT, BIAS, BN,
    /** A layer norm, weight and bias together. */
    LN,
    /** Any embedding table. */
    POS_ENC, GLOB_AVG,
    /** A root mean square norm; it has a weight only. */
    RMSNORM,
    /** A rotation of queries or keys by their place. */
    ROT_EMB,
    /** A product of two paths. */
    GATE;

    /** How many of the primitives vision hypernetworks know. */
    public static final int VISION = 15;

    /** The reference's name, in lower case. */
    public String label() { return name().toLowerCase(Locale.ROOT); }
}
