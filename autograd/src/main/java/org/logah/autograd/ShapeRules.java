package org.logah.autograd;

import java.util.Arrays;

import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/** What shapes mean for the operations of {@link Ops}: which fit together, what comes out, where parts lie in a whole. */
final class ShapeRules {
    private ShapeRules() {}

    static Shape[] shapes(Shape... shapes) { return shapes; }

    static Shape[] productShapes(Ops.Transposes t, Shape[] in) {
        Shape a = in[0];
        Shape b = in[1];
        boolean batched = b.rank() > 2;
        boolean fits = a.rank() >= 2 && b.rank() >= 2 && (!batched || a.rank() == b.rank())
                && (batched || a.rank() == 2 || !t.a());
        if (fits && batched) {
            for (int i = 0; i < a.rank() - 2; i++) fits &= a.dim(i) == b.dim(i);
        }
        if (!fits) throw new TensorException("product: " + a + (t.a() ? "^T" : "") + " by " + b + (t.b() ? "^T" : ""));
        int inner = t.a() ? a.dim(-2) : a.dim(-1);
        int other = t.b() ? b.dim(-1) : b.dim(-2);
        if (inner != other) {
            throw new TensorException(
                    "product: " + a + (t.a() ? "^T" : "") + " by " + b + (t.b() ? "^T" : "") + ": inner sizes "
                            + inner + " and " + other + " differ");
        }
        int n = t.b() ? b.dim(-2) : b.dim(-1);
        if (in.length > 2 && !in[2].equals(Shape.of(n)))
            throw new TensorException("product: bias " + in[2] + " for " + n + " columns");
        return shapes(a.with(-2, t.a() ? a.dim(-1) : a.dim(-2)).with(-1, n));
    }

    static Kernels.Product product(Ops.Transposes t, Shape a, Shape b) {
        int k = t.a() ? a.dim(-2) : a.dim(-1);
        int n = t.b() ? b.dim(-2) : b.dim(-1);
        if (b.rank() == 2) {
            int m = t.a() ? a.dim(-1) : a.rows();
            return new Kernels.Product(1, m, n, k, t.a(), t.b(), false);
        }
        int batch = 1;
        for (int i = 0; i < b.rank() - 2; i++) batch *= b.dim(i);
        return new Kernels.Product(batch, t.a() ? a.dim(-1) : a.dim(-2), n, k, t.a(), t.b(), false);
    }

    static void productInto(Pullback<?> p, Ops.Transposes t, Tensor a, Tensor b, Tensor out) {
        p.kernels().product(product(t, a.shape(), b.shape()), a, b, null, out);
    }

    /** Where one matrix {@code b} served all batches, the batches are rows of one tall matrix. */
    static Tensor flatten(Tensor x, Tensor b) {
        return b.shape().rank() == 2 && x.shape().rank() > 2
                ? x.reshape(Shape.of(x.shape().rows(), x.shape().last()))
                : x;
    }

    static Shape[] concatShapes(int axis, Shape[] in) {
        int total = 0;
        for (Shape s : in) {
            if (s.rank() != in[0].rank() || !s.with(axis, 0).equals(in[0].with(axis, 0))) {
                throw new TensorException("concat along axis " + axis + ": " + Arrays.toString(in));
            }
            total += s.dim(axis);
        }
        return shapes(in[0].with(axis, total));
    }

    /** Copies {@code part} into {@code whole} at {@code from} along an axis. */
    static Kernels.BlockCopy block(Shape part, Shape whole, int axis, int from) {
        int a = part.axis(axis);
        int outer = 1;
        for (int i = 0; i < a; i++) outer *= part.dim(i);
        long inner = 1;
        for (int i = a + 1; i < part.rank(); i++) inner *= part.dim(i);
        long run = inner * part.dim(a);
        return new Kernels.BlockCopy(outer, Math.toIntExact(run), run, 0, inner * whole.dim(a), inner * from);
    }

    static Kernels.BlockCopy reversed(Kernels.BlockCopy c) {
        return new Kernels.BlockCopy(c.outer(), c.inner(), c.dstStride(), c.dstOffset(), c.srcStride(), c.srcOffset());
    }

    static Shape[] attentionShapes(Ops.Heads h, Shape[] in) {
        Shape qkv = in[0];
        if (h.heads() < 1)
            throw new TensorException("attention: " + h.heads() + " heads for " + qkv + "; at least one is needed");
        if (qkv.rank() != 3 || qkv.last() % (3 * h.heads()) != 0) {
            throw new TensorException(
                    "attention: " + qkv + " is not [batch, tokens, 3 * width] with a width that " + h.heads()
                            + " heads divide");
        }
        Shape scores = Shape.of(qkv.dim(0), h.heads(), qkv.dim(1), qkv.dim(1));
        if (in.length > 1 && !in[1].equals(scores) && !in[1].equals(Shape.of(h.heads(), qkv.dim(1), qkv.dim(1)))) {
            throw new TensorException("attention: bias " + in[1] + " for scores " + scores);
        }
        return shapes(qkv.with(2, qkv.last() / 3), Shape.of(qkv.dim(0), h.heads(), qkv.dim(1)));
    }

    static Shape[] crossAttentionShapes(Ops.Heads h, Shape[] in) {
        Shape q = in[0];
        Shape k = in[1];
        if (q.rank() != 3 || k.rank() != 3 || h.heads() < 1 || q.last() % h.heads() != 0
                || !k.equals(q.with(1, k.dim(1)))
                || !in[2].equals(k)) {
            throw new TensorException("crossAttention: queries " + q + ", keys " + k + " and values " + in[2]
                    + " are not [batch, queries, width] and twice [batch, keys, width] with a width that " + h.heads()
                    + " heads divide");
        }
        if (h.causal() && q.dim(1) > k.dim(1)) {
            throw new TensorException("crossAttention: of " + q.dim(1) + " causal queries over " + k.dim(1)
                    + " keys the first see none; leave causal out or give as many keys as queries");
        }
        Shape scores = Shape.of(q.dim(0), h.heads(), q.dim(1), k.dim(1));
        if (in.length > 3 && !in[3].equals(scores) && !in[3].equals(Shape.of(h.heads(), q.dim(1), k.dim(1)))) {
            throw new TensorException("crossAttention: bias " + in[3] + " for scores " + scores);
        }
        return shapes(q, Shape.of(q.dim(0), h.heads(), q.dim(1)));
    }

    /** Queries, keys and values in three matrices. */
    static Kernels.Attention apart(Ops.Heads h, Shape q, Shape k) {
        int width = q.last();
        int headSize = width / h.heads();
        return new Kernels.Attention(q.dim(0), h.heads(), headSize, q.dim(1), k.dim(1), h.causal(),
                (float) (1 / Math.sqrt(headSize)), width, 0, width, 0, 0, (long) k.dim(1) * width);
    }

    static Kernels.Attention packed(Ops.Heads h, Shape qkv) {
        return Kernels.Attention.packed(qkv.dim(0), qkv.dim(1), h.heads(), qkv.last() / 3 / h.heads(), h.causal());
    }

    static Shape[] rmsNorm(Shape[] in) {
        if (!in[1].equals(Shape.of(in[0].last())))
            throw new TensorException("rmsNorm: " + in[0] + " with weight " + in[1]);
        return shapes(in[0], in[0].with(-1, 1));
    }

    static Shape[] rotary(Ops.Rotary r, Shape[] in) {
        int size = r.cos().shape().last();
        if (size < 2 || size % 2 != 0)
            throw new TensorException("rotary: heads of size " + size + " have no pairs of entries to turn");
        if (in[0].rank() != 3 || in[0].last() % size != 0
                || !r.cos().shape().equals(Shape.of(in[0].dim(1), 1, size))
                || !r.sin().shape().equals(r.cos().shape())) {
            throw new TensorException(
                    "rotary: " + in[0] + " with tables " + r.cos().shape() + " and " + r.sin().shape());
        }
        return shapes(in[0], in[0]);
    }

    /** {@code [batch, tokens, width]} to {@code [batch, tokens, heads, headSize]}. */
    static Tensor heads(Tensor x, int headSize) {
        Shape s = x.shape();
        return x.reshape(Shape.of(s.dim(0), s.dim(1), s.last() / headSize, headSize));
    }
}
