package org.logah.engine;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One method per primitive operation, on tensors of one device. Shapes are checked by the caller, once, at the border; kernels
 * trust them. That a tensor's memory is still there is checked where a kernel turns it into an address: an
 * {@link IllegalStateException} otherwise, as on a closed device. No kernel reads what its output held before, except where it says
 * so. Elementwise operations may write over an operand of the result's shape. Results do not depend on the number of threads. The
 * plain loops of {@code org.logah.engine.cpu.plain} define every operation.
 *
 * <p>Tensors are of type {@link DType#F32} where nothing else is said, indices of type {@link DType#I32}.
 */
public interface Kernels {
    /** {@return a short name for reports: {@code plain}, {@code vector (512 bits)}} */
    String name();

    /**
     * Runs the plain loop of an operation that has no method here. That is all that an operation needs until it is worth
     * kernels of its own. The loop reads and writes its tensors in host memory; it is called once, by this thread, or not at
     * all where tensors have no numbers.
     *
     * @param operation its name, for the error
     * @param loop computes its outputs from its inputs
     * @throws TensorException on a device whose tensors are not in host memory: there the operation needs a kernel
     */
    void plainLoop(String operation, Runnable loop);

    /** {@code out = value} for every element. */
    void fill(Tensor out, float value);

    /**
     * Copies a strided block of rows: {@code dst[o*dstStride + dstOffset + i] = src[o*srcStride + srcOffset + i]}.
     *
     * @param block which elements go where
     * @param src is read
     * @param dst is written where the block says, and keeps its other elements
     */
    void copyBlocks(BlockCopy block, Tensor src, Tensor dst);

    /**
     * Puts axes in another order: {@code out[.., i_axes[k], ..] = x[.., i_k, ..]}, so axis {@code k} of the result is axis
     * {@code axes[k]} of {@code x}.
     *
     * @param axes each axis of {@code x} once
     * @param x of any shape
     * @param out of the permuted shape
     */
    void permute(int[] axes, Tensor x, Tensor out);

    /** {@code out = op(x)}, element by element. */
    void unary(Unary op, Tensor x, Tensor out);

    /** {@code dx = dy * op'(x)}, element by element. */
    void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx);

    /**
     * {@code out = op(a, b)} with numpy's broadcasting.
     *
     * @param op the function
     * @param a one operand
     * @param b the other
     * @param out of the broadcast shape
     */
    void binary(Binary op, Tensor a, Tensor b, Tensor out);

    /** {@code out = scale * x + shift}, element by element; the shapes may differ, the numbers of elements not. */
    void affine(float scale, float shift, Tensor x, Tensor out);

    /** {@code y += scale * x}, element by element: the only elementwise kernel that reads its output. */
    void addScaled(float scale, Tensor x, Tensor y);

    /** Sums {@code x} over every axis that {@code out} lacks or has with extent 1 (aligned at the last axis). */
    void sumTo(Tensor x, Tensor out);

    /** {@return the sum of squares of all elements, in double} */
    double sumOfSquares(Tensor x);

    /** {@return the same over several tensors together} A device with memory of its own brings one number back for all. */
    default double sumOfSquares(List<Tensor> all) {
        double sum = 0;
        for (Tensor x : all) sum += sumOfSquares(x);
        return sum;
    }

    /**
     * {@code out = op(a) op(b) (+ bias along rows)}, batched; adds to {@code out} where the product says so.
     *
     * @param p sizes, and how the operands are stored
     * @param a {@code [batch, m, k]}
     * @param b {@code [batch, k, n]}; on the CPU it may be BF16
     * @param bias {@code [n]}, or null
     * @param out {@code [batch, m, n]}
     */
    void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out);

    /** {@code out_i = exp(x_i) / sum_j exp(x_j)} along the last axis. */
    void softmax(Tensor x, Tensor out);

    /** {@code dx = y (dy - sum(dy y))} along the last axis, with {@code y} the softmax of {@code x}. */
    void softmaxGradient(Tensor y, Tensor dy, Tensor dx);

    /**
     * {@code (x - mean) rstd weight + bias} along the last axis, with {@code rstd = 1/sqrt(variance + eps)} (arXiv 1607.06450).
     *
     * @param eps added to the variance
     * @param x {@code [.., n]}
     * @param weight {@code [n]}
     * @param bias {@code [n]}
     * @param out of the shape of {@code x}
     * @param mean one a row, kept for the gradient
     * @param rstd one a row, kept for the gradient
     */
    void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd);

    /** Gradients of {@link #layerNorm} from that of its result; each output may be absent. */
    void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias);

    /**
     * {@code softmax(scale Q K^T + bias) V} per head (arXiv 1706.03762, equation 1). Kernels may compute whole tiles, with weights of
     * zero or nearly so for keys that a query does not see: of values that are not finite these make results that are not.
     *
     * @param a sizes, and how the operands are laid out
     * @param q queries
     * @param k keys
     * @param v values
     * @param bias {@code [heads, queries, keys]} or with a batch axis in front, or null
     * @param out {@code [batch, queries, heads * headSize]}
     * @param lse the logarithm of each row's sum of exponentials, {@code [batch, heads, queries]}, kept for the gradient
     */
    void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse);

    /**
     * Gradients of {@link #attention} from that of its result, each laid out as what it is the gradient of; all of
     * {@code dq, dk, dv} are overwritten where the layout reaches.
     */
    void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse,
            Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias);

    /**
     * {@code out[i, :] = table[indices[i], :]}.
     *
     * @param table {@code [rows, width]}; on the CPU it may be BF16
     * @param indices of any shape, each a row of the table
     * @param out {@code [.., width]}
     */
    void gather(Tensor table, Tensor indices, Tensor out);

    /**
     * {@code table[indices[i], :] += rows[i, :]}, in the order of {@code i}.
     *
     * @param rows {@code [.., width]}
     * @param indices one a row, each a row of the table
     * @param table {@code [rows, width]}, which is read and written
     */
    void scatterAdd(Tensor rows, Tensor indices, Tensor table);

    /**
     * Mean over rows of the cross-entropy of softmax with class indices; rows with a negative target are left out.
     *
     * @param smoothing how much of each target is spread evenly over all classes
     * @param logits {@code [rows, classes]}
     * @param targets {@code [rows]}
     * @param loss a scalar, in nats
     * @param lse the logarithm of each row's sum of exponentials, {@code [rows]}, kept for the gradient
     */
    void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse);

    /** {@code dLogits = dLoss * d loss / d logits}, with {@code dLoss} a scalar. */
    void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss, Tensor dLogits);

    /**
     * The gates of a GRU cell (arXiv 1406.1078) in the order reset, update, new: {@code r = sigmoid(gi_r + gh_r)},
     * {@code z = sigmoid(gi_z + gh_z)}, {@code n = tanh(gi_n + r gh_n)}, {@code out = (1 - z) n + z h}.
     *
     * @param gi {@code W_i x + b_i}, {@code [rows, 3d]}
     * @param gh {@code W_h h + b_h}, {@code [rows, 3d]}
     * @param h the states, {@code [rows, d]}
     * @param out the next states, {@code [rows, d]}
     */
    void gru(Tensor gi, Tensor gh, Tensor h, Tensor out);

    /** Gradients of {@link #gru} from that of its result; {@code dH} is without what flows back through {@code gh}. */
    void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH);

    /**
     * One AdamW step in place, with decoupled weight decay (arXiv 1711.05101, algorithm 2).
     *
     * @param step rates and constants
     * @param parameter is updated
     * @param gradient of the parameter
     * @param m mean gradient, is updated
     * @param v mean squared gradient, is updated
     */
    void adamW(AdamWStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v);

    /** One AdamW step of several parameters; a device whose launches cost may do them together. */
    default void adamW(AdamWStep step, List<AdamWSlot> slots) {
        for (AdamWSlot s : slots) adamW(step, s.parameter(), s.gradient(), s.m(), s.v());
    }

    /**
     * A strided copy; all counted in elements.
     *
     * @param outer how many runs are copied
     * @param inner how long each is
     * @param srcStride from one run to the next in the source
     * @param srcOffset where the first begins in the source
     * @param dstStride from one run to the next in the destination
     * @param dstOffset where the first begins in the destination
     */
    record BlockCopy(int outer, int inner, long srcStride, long srcOffset, long dstStride, long dstOffset) {}

    /**
     * A batched product of {@code [m, k]} by {@code [k, n]}; a transposed operand is stored {@code [k, m]} or
     * {@code [n, k]}.
     *
     * @param batch how many products
     * @param m rows of the result
     * @param n columns of the result
     * @param k terms of each sum
     * @param transposeA whether the first operand is stored transposed
     * @param transposeB whether the second is
     * @param accumulate add to the output instead of overwriting it
     */
    record Product(int batch, int m, int n, int k, boolean transposeA, boolean transposeB, boolean accumulate) {}

    /**
     * Layout of an attention. Each operand is a matrix of rows (token), {@code stride} elements apart, batches
     * {@code stride * queries} (or {@code keyBatchStride}) apart; head {@code h} starts at {@code offset + h * headSize}.
     *
     * @param batch how many sequences
     * @param heads parts of a row that attend each for themselves
     * @param headSize elements of one part
     * @param queries rows of one sequence's queries
     * @param keys rows of one sequence's keys and values
     * @param causal query {@code i} sees keys up to {@code i + keys - queries}
     * @param scale multiplies scores, mostly {@code 1/sqrt(headSize)}
     * @param qStride from one query to the next
     * @param qOffset first element of the queries
     * @param kvStride from one key to the next, and from one value to the next
     * @param kOffset first element of the keys
     * @param vOffset first element of the values
     * @param keyBatchStride from one sequence's keys to the next one's
     */
    record Attention(int batch, int heads, int headSize, int queries, int keys, boolean causal, float scale,
            int qStride,
            int qOffset, int kvStride, int kOffset, int vOffset, long keyBatchStride) {

        /**
         * Queries, keys and values packed in one matrix {@code [batch, tokens, 3 * heads * headSize]}.
         *
         * @param batch how many sequences
         * @param tokens of each
         * @param heads parts of a row that attend each for themselves
         * @param headSize elements of one part
         * @param causal whether a token sees only those up to itself
         * @return the layout
         */
        public static Attention packed(int batch, int tokens, int heads, int headSize, boolean causal) {
            int width = heads * headSize;
            return new Attention(batch, heads, headSize, tokens, tokens, causal, (float) (1 / Math.sqrt(headSize)),
                    3 * width, 0, 3 * width, width, 2 * width, (long) tokens * 3 * width);
        }

        /**
         * Where the queries of one batch and head begin.
         *
         * @param b the batch
         * @param h the head
         * @return their first element
         */
        public long queryStart(int b, int h) { return (long) b * queries * qStride + qOffset + (long) h * headSize; }

        /**
         * Where the keys of one batch and head begin.
         *
         * @param b the batch
         * @param h the head
         * @return their first element
         */
        public long keyStart(int b, int h) { return b * keyBatchStride + kOffset + (long) h * headSize; }

        /**
         * Where the values of one batch and head begin.
         *
         * @param b the batch
         * @param h the head
         * @return their first element
         */
        public long valueStart(int b, int h) { return b * keyBatchStride + vOffset + (long) h * headSize; }

        /**
         * Where the output of one batch and head begins; the output is {@code [batch, queries, heads * headSize]}.
         *
         * @param b the batch
         * @param h the head
         * @return its first element
         */
        public long outStart(int b, int h) { return (long) b * queries * heads * headSize + (long) h * headSize; }

        /** {@return from one row of the output to the next} */
        public int outStride() { return heads * headSize; }

        /**
         * How much a query sees.
         *
         * @param i the query
         * @return how many keys, counted from the first
         */
        public int visible(int i) { return causal ? Math.max(0, Math.min(keys, i + keys - queries + 1)) : keys; }
    }

    /**
     * Rates and constants of an AdamW step.
     *
     * @param learningRate the rate of this step
     * @param beta1 how much of the mean gradient is kept
     * @param beta2 how much of the mean squared gradient is kept
     * @param eps added to the root of the mean squared gradient
     * @param weightDecay this times the rate is the share that a parameter loses
     * @param gradientScale multiplies the gradient first (clipping, accumulation)
     * @param step counted from 1, for the bias corrections
     */
    record AdamWStep(float learningRate, float beta1, float beta2, float eps, float weightDecay, float gradientScale,
            int step) {}

    /**
     * A parameter with what its AdamW step reads and writes.
     *
     * @param parameter is updated
     * @param gradient of the parameter
     * @param m mean gradient, is updated
     * @param v mean squared gradient, is updated
     */
    record AdamWSlot(Tensor parameter, Tensor gradient, Tensor m, Tensor v) {}
}
