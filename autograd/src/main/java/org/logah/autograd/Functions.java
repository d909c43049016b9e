package org.logah.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;

/** The vocabulary that networks are written in: primitives of {@link Ops} and what is composed of them, on one tape. */
public final class Functions {
    private final Tape tape;

    public Functions(Tape tape) { this.tape = tape; }

    public Tape tape() { return tape; }

    /** An index tensor that lives as long as the tape. */
    public Tensor indices(int... values) {
        Tensor t = tape.scope().allocate(Shape.of(values.length), DType.I32);
        return tape.device().hasData() ? t.set(values) : t;
    }

    /** A constant that lives as long as the tape. */
    public Variable constant(Shape shape, float... values) {
        Tensor t = tape.scope().allocate(shape);
        return Variable.constant(tape.device().hasData() ? t.set(values) : t);
    }

    /** Zeros that live as long as the tape. */
    public Variable zeros(Shape shape) {
        Tensor t = tape.scope().allocate(shape);
        tape.device().kernels().fill(t, 0f);
        return Variable.constant(t);
    }

    public Variable add(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.ADD, a, b); }

    /**
     * {@code product + x} of one shape, in the product's own memory: a residual connection that neither keeps the product nor
     * needs room for the sum. The product must be the last thing computed, and nobody may read it afterwards.
     */
    public Variable addOnto(Variable product, Variable x) {
        if (!product.shape().equals(x.shape()))
            throw new TensorException("addOnto: " + product.shape() + " and " + x.shape() + " differ");
        if (!tape.mayOverwrite(product))
            throw new IllegalArgumentException("addOnto: " + product.name() + " is not the product just computed");
        return tape.apply(Ops.ADD_ONTO, Ops.Nothing.NOTHING, product, x);
    }

    public Variable subtract(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.SUBTRACT, a, b); }

    public Variable multiply(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.MULTIPLY, a, b); }

    public Variable divide(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.DIVIDE, a, b); }

    public Variable scale(Variable x, double factor) { return factor == 1 ? x : affine(x, factor, 0); }

    /** {@code scale * x + shift}. */
    public Variable affine(Variable x, double scale, double shift) {
        return tape.apply(Ops.AFFINE, new Ops.Affine((float) scale, (float) shift), x);
    }

    public Variable apply(Unary function, Variable x) { return tape.apply(Ops.UNARY, function, x); }

    public Variable relu(Variable x) { return apply(Unary.RELU, x); }

    /** Sum of all elements. */
    public Variable sum(Variable x) { return sumTo(x, Shape.scalar()); }

    public Variable mean(Variable x) { return scale(sum(x), 1.0 / x.shape().elements()); }

    /** Sums over the axes that {@code target} lacks or has with extent 1. */
    public Variable sumTo(Variable x, Shape target) {
        return x.shape().equals(target) ? x : tape.apply(Ops.SUM_TO, target, x);
    }

    /** {@code a b}, batched over leading axes, or with one matrix {@code b} for all. */
    public Variable matmul(Variable a, Variable b) {
        return matmul(a, false, b, false);
    }

    public Variable matmul(Variable a, boolean transposeA, Variable b, boolean transposeB) {
        return tape.apply(Ops.PRODUCT, new Ops.Transposes(transposeA, transposeB), a, b);
    }

    /** {@code x W^T + b} with {@code W [out, in]}, as PyTorch's Linear stores it. */
    public Variable linear(Variable x, Variable weight, @Nullable Variable bias) {
        return product(x, weight, bias, true);
    }

    /** {@code x W + b} with {@code W [in, out]}, as GPT-2 stores it. */
    public Variable linearInOut(Variable x, Variable weight, @Nullable Variable bias) {
        return product(x, weight, bias, false);
    }

    private Variable product(Variable x, Variable weight, @Nullable Variable bias, boolean transposed) {
        Ops.Transposes t = new Ops.Transposes(false, transposed);
        return bias == null ? tape.apply(Ops.PRODUCT, t, x, weight) : tape.apply(Ops.PRODUCT, t, x, weight, bias);
    }

    public Variable reshape(Variable x, Shape shape) {
        return x.shape().equals(shape) ? x : tape.apply(Ops.RESHAPE, shape, x);
    }

    /** Axis {@code k} of the result is axis {@code axes[k]} of {@code x}. */
    public Variable permute(Variable x, int... axes) {
        return tape.apply(Ops.PERMUTE, Arrays.stream(axes).boxed().toList(), x);
    }

    public Variable concat(int axis, List<Variable> parts) {
        return parts.size() == 1
                ? parts.get(0)
                : tape.apply(Ops.CONCAT, parts.get(0).shape().axis(axis), parts.toArray(Variable[]::new));
    }

    /** Entries {@code from .. from+count-1} of an axis. */
    public Variable slice(Variable x, int axis, int from, int count) {
        return from == 0 && count == x.shape().dim(axis)
                ? x
                : tape.apply(Ops.SLICE, new Ops.Slice(x.shape().axis(axis), from, count), x);
    }

    /** The front of each axis. */
    public Variable crop(Variable x, Shape shape) {
        Variable y = x;
        for (int axis = 0; axis < shape.rank(); axis++)
            y = slice(y, axis, 0, Math.min(shape.dim(axis), x.shape().dim(axis)));
        return y;
    }

    /** Repeats along each axis and cuts, until the result has the shape asked for. */
    public Variable tile(Variable x, Shape shape) {
        Variable y = x;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int have = y.shape().dim(axis);
            int want = shape.dim(axis);
            if (want <= have) {
                y = slice(y, axis, 0, want);
                continue;
            }
            List<Variable> parts = new ArrayList<>();
            for (int at = 0; at < want; at += have) parts.add(slice(y, axis, 0, Math.min(have, want - at)));
            y = concat(axis, parts);
        }
        return y;
    }

    /** Along the last axis. */
    public Variable softmax(Variable x) {
        return tape.apply(Ops.SOFTMAX, Ops.Nothing.NOTHING, x);
    }

    public Variable layerNorm(Variable x, Variable weight, Variable bias, double eps) {
        return tape.apply(Ops.LAYER_NORM, (float) eps, x, weight, bias);
    }

    /** {@code weight * x / sqrt(mean(x^2) + eps)} along the last axis. */
    public Variable rmsNorm(Variable x, Variable weight, double eps) {
        return tape.apply(Ops.RMS_NORM, (float) eps, x, weight);
    }

    /** {@code x sigmoid(x)} (arXiv 1702.03118). */
    public Variable silu(Variable x) {
        return multiply(x, apply(Unary.SIGMOID, x));
    }

    /**
     * Turns each pair of entries of a head by an angle that grows with the token's place (arXiv 2104.09864).
     *
     * @param x {@code [batch, tokens, heads * headSize]}
     */
    public Variable rotary(Variable x, Ops.Rotary tables) { return tape.apply(Ops.ROTARY, tables, x); }

    /** The angles of {@link #rotary} for tokens {@code start .. start+tokens-1}: place times {@code base^(-2i/headSize)}. */
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
     * Scaled dot-product attention of several heads, without the outer maps.
     *
     * @param qkv queries, keys and values side by side, {@code [batch, tokens, 3 * width]}
     * @param bias added to the scores, {@code [heads, tokens, tokens]} or with a batch axis in front; may be null
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

    /** Rows of a table; the result has the shape of the indices and one axis more. */
    public Variable embedding(Variable table, Tensor indices) {
        if (indices.type() != DType.I32)
            throw new TensorException("embedding: indices are " + indices.type() + ", not I32");
        if (indices.device().hasData()) checkIndices("embedding", indices, table.shape().dim(0), 0);
        return tape.apply(Ops.GATHER, indices, table);
    }

    /** Mean over rows; rows with a negative target do not count. */
    public Variable crossEntropy(Variable logits, Tensor targets, double smoothing) {
        if (targets.device().hasData()) checkIndices("crossEntropy", targets, logits.shape().last(), Integer.MIN_VALUE);
        return tape.apply(Ops.CROSS_ENTROPY, new Ops.Targets(targets, (float) smoothing), logits);
    }

    /** PyTorch's GRUCell: gates r, z, n in that order, two biases. */
    public Variable gruCell(Variable x, Variable h, Variable weightIh, Variable weightHh, Variable biasIh,
            Variable biasHh) {
        return tape.apply(Ops.GRU, Ops.Nothing.NOTHING, linear(x, weightIh, biasIh), linear(h, weightHh, biasHh), h);
    }

    /** Zeroes each element with the given probability and scales the others up. */
    public Variable dropout(Variable x, double probability, long seed) {
        if (probability < 0 || probability >= 1) throw new TensorException("dropout: probability " + probability);
        return probability == 0 ? x : tape.apply(Ops.DROPOUT, new Ops.Dropout((float) probability, seed), x);
    }

    /** The Euclidean norm of all elements. */
    public Variable norm(Variable x) {
        return apply(Unary.SQRT, sum(apply(Unary.SQUARE, x)));
    }

    private static void checkIndices(String op, Tensor indices, int rows, int lowest) {
        int[] values = indices.toInts();
        for (int v : values) {
            if (v >= rows || v < lowest) throw new TensorException(op + ": index " + v + " of " + rows + " rows");
        }
    }
}
