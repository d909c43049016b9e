package org.logah.engine;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One method per primitive operation. Shapes are checked by the caller, once, at the border; kernels trust them. No
 * kernel reads what its output held before, except where it says so. Results do not depend on the number of threads.
 * The plain loops of {@code org.logah.engine.cpu} define every operation.
 */
public interface Kernels {
    /** Short name for reports: {@code plain}, {@code vector}. */
    String name();

    /**
     * Runs the plain loop of an operation that has no method here. That is all that an operation needs until it is worth
     * kernels of its own. The loop reads and writes its tensors in host memory; it is called once, by this thread, or not at
     * all where tensors have no numbers.
     *
     * @param operation its name, for the error
     * @throws TensorException on a device whose tensors are not in host memory: there the operation needs a kernel
     */
    void plainLoop(String operation, Runnable loop);

    /** {@code out = value}. */
    void fill(Tensor out, float value);

    /** Copies a strided block of rows: {@code dst[o*dstStride + dstOffset + i] = src[o*srcStride + srcOffset + i]}. */
    void copyBlocks(BlockCopy block, Tensor src, Tensor dst);

    /** {@code out[..., i_axes[k], ...]}: axis {@code k} of the result is axis {@code axes[k]} of {@code x}. */
    void permute(int[] axes, Tensor x, Tensor out);

    /** {@code out = op(x)}. */
    void unary(Unary op, Tensor x, Tensor out);

    /** {@code dx = dy * op'(x)}. */
    void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx);

    /** {@code out = op(a, b)} with numpy's broadcasting; {@code out} has the broadcast shape. */
    void binary(Binary op, Tensor a, Tensor b, Tensor out);

    /** {@code out = scale * x + shift}. */
    void affine(float scale, float shift, Tensor x, Tensor out);

    /** {@code y += scale * x}, the only elementwise kernel that reads its output. */
    void addScaled(float scale, Tensor x, Tensor y);

    /** Sums {@code x} over every axis that {@code out} lacks or has with extent 1 (aligned at the last axis). */
    void sumTo(Tensor x, Tensor out);

    /** Sum of squares of all elements, in double. */
    double sumOfSquares(Tensor x);

    /** The same over several tensors together; a device with memory of its own brings one number back for all. */
    default double sumOfSquares(List<Tensor> all) {
        double sum = 0;
        for (Tensor x : all) sum += sumOfSquares(x);
        return sum;
    }

    /**
     * {@code out = op(a) op(b) (+ bias along rows)}, batched; adds to {@code out} where the product says so. On the CPU
     * {@code b} may be BF16.
     */
    void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out);

    /** {@code out_i = exp(x_i) / sum_j exp(x_j)} along the last axis. */
    void softmax(Tensor x, Tensor out);

    /** {@code dx = y (dy - sum(dy y))} along the last axis. */
    void softmaxGradient(Tensor y, Tensor dy, Tensor dx);

    /**
     * {@code (x - mean) rstd weight + bias} along the last axis, with {@code rstd = 1/sqrt(variance + eps)}; {@code mean} and
     * {@code rstd}, one a row, are kept for the gradient.
     */
    void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd);

    /** Gradients of {@link #layerNorm}; each output may be absent. */
    void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias);

    /**
     * {@code softmax(scale Q K^T + bias) V} per head. {@code lse} keeps the logarithm of each row's sum of exponentials,
     * {@code [batch, heads, queries]}.
     *
     * @param bias {@code [heads, queries, keys]} or with a batch axis in front, or null
     */
    void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse);

    /** Gradients of {@link #attention}; all of {@code dq, dk, dv} are overwritten where the layout reaches. */
    void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse,
            Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias);

    /** {@code out[i, :] = table[indices[i], :]}. On the CPU the table may be BF16. */
    void gather(Tensor table, Tensor indices, Tensor out);

    /** {@code table[indices[i], :] += rows[i, :]}, in the order of {@code i}. */
    void scatterAdd(Tensor rows, Tensor indices, Tensor table);

    /**
     * Mean over rows of the cross-entropy of {@code logits [rows, classes]} against class indices; rows with a negative
     * target are left out. {@code smoothing} spreads that much of the target evenly over all classes. {@code lse} keeps
     * one value a row.
     */
    void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse);

    /** {@code dLogits = dLoss * d loss / d logits}. */
    void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss, Tensor dLogits);

    /**
     * The gates of a GRU cell: {@code gi = W_i x + b_i} and {@code gh = W_h h + b_h}, both {@code [rows, 3d]} in the order
     * reset, update, new; {@code out = (1 - z) n + z h}.
     */
    void gru(Tensor gi, Tensor gh, Tensor h, Tensor out);

    /** Gradients of {@link #gru}. */
    void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH);

    /** Zeroes each element with probability {@code p} and scales the others by {@code 1/(1-p)}; the seed decides which. */
    void dropout(float p, long seed, Tensor x, Tensor out);

    /** One AdamW step in place, with decoupled weight decay (arXiv 1711.05101). */
    void adamW(AdamWStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v);

    /** One AdamW step of several parameters; a device whose launches cost may do them together. */
    default void adamW(AdamWStep step, List<AdamWSlot> slots) {
        for (AdamWSlot s : slots) adamW(step, s.parameter(), s.gradient(), s.m(), s.v());
    }

    /** One step of SGD in place: {@code velocity = momentum*velocity + g + decay*p; p -= lr*velocity}. */
    void sgd(float learningRate, float momentum, float decay, float gradientScale, Tensor parameter, Tensor gradient,
            Tensor velocity);

    /** A strided copy of {@code outer} runs of {@code inner} elements; all counted in elements. */
    record BlockCopy(int outer, int inner, long srcStride, long srcOffset, long dstStride, long dstOffset) {}

    /**
     * A batched product of {@code [m, k]} by {@code [k, n]}; a transposed operand is stored {@code [k, m]} or
     * {@code [n, k]}.
     *
     * @param accumulate add to the output instead of overwriting it
     */
    record Product(int batch, int m, int n, int k, boolean transposeA, boolean transposeB, boolean accumulate) {}

    /**
     * Layout of an attention. Each operand is a matrix of rows (token), {@code stride} elements apart, batches
     * {@code stride * queries} (or {@code keyBatchStride}) apart; head {@code h} starts at {@code offset + h * headSize}.
     *
     * @param causal query {@code i} sees keys up to {@code i + keys - queries}
     */
    record Attention(int batch, int heads, int headSize, int queries, int keys, boolean causal, float scale,
            int qStride,
            int qOffset, int kvStride, int kOffset, int vOffset, long keyBatchStride) {

        /** Queries, keys and values packed in one matrix {@code [batch, tokens, 3 * heads * headSize]}. */
        public static Attention packed(int batch, int tokens, int heads, int headSize, boolean causal) {
            int width = heads * headSize;
            return new Attention(batch, heads, headSize, tokens, tokens, causal, (float) (1 / Math.sqrt(headSize)),
                    3 * width, 0, 3 * width, width, 2 * width, (long) tokens * 3 * width);
        }

        /** First element of the queries of one batch and head. */
        public long queryStart(int b, int h) {
            return (long) b * queries * qStride + qOffset + (long) h * headSize;
        }

        public long keyStart(int b, int h) { return b * keyBatchStride + kOffset + (long) h * headSize; }

        public long valueStart(int b, int h) { return b * keyBatchStride + vOffset + (long) h * headSize; }

        /** First element of the output of one batch and head; the output is {@code [batch, queries, heads*headSize]}. */
        public long outStart(int b, int h) {
            return (long) b * queries * heads * headSize + (long) h * headSize;
        }

        public int outStride() { return heads * headSize; }

        /** How many keys query {@code i} sees. */
        public int visible(int i) {
            return causal ? Math.max(0, Math.min(keys, i + keys - queries + 1)) : keys;
        }
    }

    /**
     * @param gradientScale multiplies the gradient first (clipping, accumulation)
     * @param step counted from 1, for the bias corrections
     */
    record AdamWStep(float learningRate, float beta1, float beta2, float eps, float weightDecay, float gradientScale,
            int step) {}

    /** A parameter with what its AdamW step reads and writes. */
    record AdamWSlot(Tensor parameter, Tensor gradient, Tensor m, Tensor v) {}
}
