package org.logah.models.text;

import org.logah.autograd.Functions;
import org.logah.autograd.Variable;
import org.logah.engine.DType;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/** Keys and values of one layer's tokens so far, so that each new token costs one pass of its own. */
public final class KeyValueCache {
    private final Tensor past;
    private final int heads;
    private int tokens;

    /** Room for {@code most} tokens, in memory of {@code scope}. */
    KeyValueCache(Scope scope, int most, int width, int heads) {
        this.past = scope.allocate(Shape.of(most, 2 * width));
        this.heads = heads;
    }

    /** {@return how many tokens are in it} */
    public int tokens() { return tokens; }

    /**
     * Takes the keys and values of new tokens in, then lets their queries attend to all tokens up to their own.
     *
     * @param f records nothing: no gradient flows through a cache
     * @param qkv {@code [1, count, 3 * width]}, as {@link Functions#attention} takes it
     * @return {@code [1, count, width]}
     */
    public Variable attend(Functions f, Variable qkv) {
        int count = qkv.shape().dim(1);
        int width = qkv.shape().last() / 3;
        Tensor keyValues = f.slice(qkv, 2, width, 2 * width).value();
        past.slice(tokens, count).set(keyValues.reshape(Shape.of(count, 2 * width)));
        tokens += count;
        Scope scope = f.tape().scope();
        Tensor out = scope.allocate(Shape.of(1, count, width), DType.F32);
        Tensor lse = scope.allocate(Shape.of(1, heads, count));
        int headSize = width / heads;
        Attention layout = new Attention(1, heads, headSize, count, tokens, true, (float) (1 / Math.sqrt(headSize)),
                3 * width, 0, 2 * width, 0, width, 0);
        f.tape().device().kernels().attention(layout, qkv.value(), past, past, null, out, lse);
        return Variable.constant(out);
    }
}
