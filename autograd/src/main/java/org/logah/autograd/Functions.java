package org.logah.autograd;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;

/**
 * The vocabulary that networks are written in: primitives of {@link Ops} and what is composed of them, on one tape, which owns
 * the results. Here stand linear maps, norms, attention, losses and cells; arithmetic, products and shapes are inherited from
 * {@link TensorFunctions}.
 *
 * <p>Each function throws a {@link TensorException} that names the shapes where they do not fit, and an
 * {@link IllegalStateException} where the tape is closed or an operand's memory was given back.
 */
public final class Functions extends TensorFunctions {
    private final boolean recomputes;

    /**
     * Functions that compute on a tape.
     *
     * @param tape records what is computed and owns it
     */
    public Functions(Tape tape) { this(tape, false); }

    private Functions(Tape tape, boolean recomputes) {
        super(tape);
        this.recomputes = recomputes;
    }

    /** {@return the same functions for a network that is to keep nothing of its blocks' inside, see {@link Checkpointing#block}} */
    public Functions recomputing() {
        return new Functions(tape, true);
    }

    /** {@return whether blocks are computed again for their gradients} */
    boolean recomputes() { return recomputes; }

    /**
     * {@code product + x} of one shape, in the product's own memory: a residual connection that neither keeps the product nor
     * needs room for the sum. The product is gone afterwards: computing with it is an {@link IllegalStateException}.
     *
     * @param product a matrix product, and the last thing computed on the tape
     * @param x of its shape
     * @return the sum
     * @throws IllegalArgumentException if something else was computed last
     */
    public Variable addOnto(Variable product, Variable x) {
        if (!product.shape().equals(x.shape()))
            throw new TensorException("addOnto: " + product.shape() + " and " + x.shape() + " differ");
        if (!tape.mayOverwrite(product))
            throw new IllegalArgumentException("addOnto: " + product.name() + " is not the product just computed");
        Variable sum = tape.apply(Ops.ADD_ONTO, Ops.Nothing.NOTHING, product, x);
        product.overwrite();
        return sum;
    }

    /**
     * The linear map {@code x W^T + b} of the last axis, stored as PyTorch's Linear stores it.
     *
     * @param x {@code [.., in]}
     * @param weight W, {@code [out, in]}
     * @param bias b, {@code [out]}, or null
     * @return {@code [.., out]}
     */
    public Variable linear(Variable x, Variable weight, @Nullable Variable bias) {
        return product(x, weight, bias, true);
    }

    /**
     * The linear map {@code x W + b} of the last axis, stored as GPT-2 stores it.
     *
     * @param x {@code [.., in]}
     * @param weight W, {@code [in, out]}
     * @param bias b, {@code [out]}, or null
     * @return {@code [.., out]}
     */
    public Variable linearInOut(Variable x, Variable weight, @Nullable Variable bias) {
        return product(x, weight, bias, false);
    }

    private Variable product(Variable x, Variable weight, @Nullable Variable bias, boolean transposed) {
        Ops.Transposes t = new Ops.Transposes(false, transposed);
        return bias == null ? tape.apply(Ops.PRODUCT, t, x, weight) : tape.apply(Ops.PRODUCT, t, x, weight, bias);
    }

    /**
     * Softmax along the last axis: {@code exp(x_i) / sum_j exp(x_j)}.
     *
     * @param x {@code [.., n]}
     * @return positive numbers of the same shape; those of a row add up to 1
     */
    public Variable softmax(Variable x) { return tape.apply(Ops.SOFTMAX, Ops.Nothing.NOTHING, x); }

    /**
     * Layer normalization along the last axis (arXiv 1607.06450): {@code (x - mean) / sqrt(variance + eps) * weight + bias}.
     *
     * @param x {@code [.., n]}
     * @param weight {@code [n]}
     * @param bias {@code [n]}
     * @param eps added to the variance
     * @return a value of the shape of {@code x}
     */
    public Variable layerNorm(Variable x, Variable weight, Variable bias, double eps) {
        return tape.apply(Ops.LAYER_NORM, (float) eps, x, weight, bias);
    }

    /**
     * Normalization by the root mean square along the last axis (arXiv 1910.07467): {@code weight * x / sqrt(mean(x^2) + eps)}.
     *
     * @param x {@code [.., n]}
     * @param weight {@code [n]}
     * @param eps added to the mean of squares
     * @return a value of the shape of {@code x}
     */
    public Variable rmsNorm(Variable x, Variable weight, double eps) {
        return tape.apply(Ops.RMS_NORM, (float) eps, x, weight);
    }

    /**
     * The sigmoid-weighted linear unit {@code x sigmoid(x)} (arXiv 1702.03118).
     *
     * @param x of any shape
     * @return a value of the same shape
     */
    public Variable silu(Variable x) { return multiply(x, apply(Unary.SIGMOID, x)); }

    /**
     * Rotary position embedding: turns each pair of entries of a head by an angle that grows with the token's place
     * (arXiv 2104.09864, section 3.2).
     *
     * @param x {@code [batch, tokens, heads * headSize]}
     * @param tables the angles, from {@link #rotaryTables}
     * @return a value of the shape of {@code x}
     */
    public Variable rotary(Variable x, Ops.Rotary tables) { return tape.apply(Ops.ROTARY, tables, x); }

    /**
     * The angles of {@link #rotary}: pair {@code i} of the token at place {@code t} turns by {@code t base^(-2i/headSize)}.
     *
     * @param start place of the first token
     * @param tokens how many there are
     * @param headSize entries of a head, an even number
     * @param base of the powers; 10,000 in the paper
     * @return tables that live as long as the tape
     */
    public Ops.Rotary rotaryTables(int start, int tokens, int headSize, double base) {
        float[] cos = new float[tokens * headSize];
        float[] sin = new float[tokens * headSize];
        int half = headSize / 2;
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < headSize; i++) {
                double angle = (start + t) * Math.pow(base, -2.0 * (i % half) / headSize);
                cos[t * headSize + i] = (float) Math.cos(angle);
                sin[t * headSize + i] = (float) (i < half ? -Math.sin(angle) : Math.sin(angle));
            }
        }
        Shape shape = Shape.of(tokens, 1, headSize);
        return new Ops.Rotary(constant(shape, cos).value(), constant(shape, sin).value());
    }

    /**
     * Scaled dot-product attention of several heads, without the outer maps (arXiv 1706.03762, equation 1):
     * {@code softmax(Q K^T / sqrt(headSize) + bias) V}.
     *
     * @param qkv queries, keys and values side by side, {@code [batch, tokens, 3 * width]}
     * @param bias added to the scores, {@code [heads, tokens, tokens]} or with a batch axis in front; may be null
     * @param heads how many parts of a row attend each for themselves; they divide the width
     * @param causal whether a token sees only those up to itself
     * @return {@code [batch, tokens, width]}
     */
    public Variable attention(Variable qkv, @Nullable Variable bias, int heads, boolean causal) {
        Ops.Heads h = new Ops.Heads(heads, causal);
        return bias == null ? tape.apply(Ops.ATTENTION, h, qkv) : tape.apply(Ops.ATTENTION, h, qkv, bias);
    }

    /**
     * Scaled dot-product attention of several heads from one sequence over another (arXiv 1706.03762, section 3.2.3),
     * without the outer maps.
     *
     * @param queries {@code [batch, queries, width]}
     * @param keys {@code [batch, keys, width]}
     * @param values {@code [batch, keys, width]}
     * @param bias added to the scores, {@code [heads, queries, keys]} or with a batch axis in front; may be null
     * @param heads how many parts of a row attend each for themselves; they divide the width
     * @param causal whether query {@code i} sees keys up to {@code i + keys - queries} only
     * @return {@code [batch, queries, width]}
     * @throws TensorException where the shapes do not fit, or a causal query would see no key
     */
    public Variable crossAttention(Variable queries, Variable keys, Variable values, @Nullable Variable bias, int heads,
            boolean causal) {
        Ops.Heads h = new Ops.Heads(heads, causal);
        return bias == null
                ? tape.apply(Ops.CROSS_ATTENTION, h, queries, keys, values)
                : tape.apply(Ops.CROSS_ATTENTION, h, queries, keys, values, bias);
    }

    /**
     * Rows of a table, by index.
     *
     * @param table {@code [rows, width]}
     * @param indices of any shape
     * @return the shape of the indices and one axis more, {@code [.., width]}
     * @throws TensorException if an index is none of the rows
     */
    public Variable embedding(Variable table, Tensor indices) {
        if (indices.type() != DType.I32)
            throw new TensorException("embedding: indices are " + indices.type() + ", not I32");
        if (indices.device().hasData()) checkIndices("embedding", indices, table.shape().dim(0), 0);
        return tape.apply(Ops.GATHER, indices, table);
    }

    /**
     * The cross-entropy of each row's softmax with its target, the mean over rows.
     *
     * @param logits {@code [.., classes]}
     * @param targets a class for each row; rows with a negative target do not count
     * @param smoothing how much of each target is spread evenly over all classes (arXiv 1512.00567, section 7)
     * @return a scalar, in nats
     * @throws TensorException if a target is no class
     */
    public Variable crossEntropy(Variable logits, Tensor targets, double smoothing) {
        if (targets.device().hasData()) checkIndices("crossEntropy", targets, logits.shape().last(), Integer.MIN_VALUE);
        return tape.apply(Ops.CROSS_ENTROPY, new Ops.Targets(targets, (float) smoothing), logits);
    }

    /**
     * One step of a gated recurrent unit (arXiv 1406.1078), as PyTorch's GRUCell has it: gates reset, update, new in that order,
     * two biases.
     *
     * @param x inputs, {@code [rows, in]}
     * @param h states, {@code [rows, hidden]}
     * @param weightIh of the inputs, {@code [3 hidden, in]}
     * @param weightHh of the states, {@code [3 hidden, hidden]}
     * @param biasIh of the inputs, {@code [3 hidden]}
     * @param biasHh of the states, {@code [3 hidden]}
     * @return the next states, {@code [rows, hidden]}
     */
    public Variable gruCell(Variable x, Variable h, Variable weightIh, Variable weightHh, Variable biasIh,
            Variable biasHh) {
        return tape.apply(Ops.GRU, Ops.Nothing.NOTHING, linear(x, weightIh, biasIh), linear(h, weightHh, biasHh), h);
    }

    private static void checkIndices(String op, Tensor indices, int rows, int lowest) {
        int[] values = indices.toInts();
        for (int v : values) {
            if (v >= rows || v < lowest) throw new TensorException(op + ": index " + v + " of " + rows + " rows");
        }
    }

}
