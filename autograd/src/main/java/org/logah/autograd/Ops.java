package org.logah.autograd;

import static org.logah.autograd.ShapeRules.apart;
import static org.logah.autograd.ShapeRules.block;
import static org.logah.autograd.ShapeRules.heads;
import static org.logah.autograd.ShapeRules.packed;
import static org.logah.autograd.ShapeRules.product;
import static org.logah.autograd.ShapeRules.reversed;
import static org.logah.autograd.ShapeRules.shapes;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.autograd.Op.Definition;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;

/**
 * The table of differentiable operations: definition, shape rule, kernel and gradient of each, side by side; gradients of
 * more than a few lines are in {@link Gradients}. {@link Functions} is how they are called. Whatever is declared here is in
 * {@link #all}, and so in the tests of all operations and on the page {@code docs/ops.md}.
 */
public final class Ops {
    private Ops() {}

    /** Elementwise with broadcasting. */
    public static final Op<Binary> BINARY = new Op<>("binary",
            new Definition("a, b that broadcast to one shape", "that shape", "y = op(a, b)",
                    "da = dy d op/da, db = dy d op/db, each summed to its input's shape"),
            (op, in) -> shapes(Shape.broadcast(op.name(), in[0], in[1])),
            (k, op, in, out) -> k.binary(op, in[0], in[1], out[0]), Gradients::binary);

    /** {@code y + x} in the memory of {@code y}; inputs y, x of one shape. */
    public static final Op<Nothing> ADD_ONTO = Op.inPlace("addOnto",
            new Definition("p a product just computed, x of the same shape", "that shape",
                    "y = p + x, in the memory of p", "dp = dy, dx = dy"),
            (k, _, in, _) -> k.addScaled(1f, in[1], in[0]), p -> {
                if (p.needs(0)) p.give(0, p.dy());
                if (p.needs(1)) p.give(1, p.dy());
            });

    /** Elementwise functions of one variable. */
    public static final Op<Unary> UNARY = new Op<>("unary",
            new Definition("x", "shape of x", "y = op(x)", "dx = dy op'(x)"), (_, in) -> shapes(in[0]),
            (k, op, in, out) -> k.unary(op, in[0], out[0]), p -> {
                Tensor dx = p.fresh(p.dy().shape());
                p.kernels().unaryGradient(p.attributes(), p.in(0), p.dy(), dx);
                p.give(0, dx);
            });

    /** {@code scale * x + shift}. */
    public static final Op<Affine> AFFINE = new Op<>("affine",
            new Definition("x", "shape of x", "y = scale x + shift", "dx = scale dy"), (_, in) -> shapes(in[0]),
            (k, a, in, out) -> k.affine(a.scale(), a.shift(), in[0], out[0]),
            p -> p.give(0, Gradients.scaled(p, p.attributes().scale(), p.dy())));

    /** Sums over the axes that the target shape lacks or has with extent 1. */
    public static final Op<Shape> SUM_TO = new Op<>("sumTo",
            new Definition("x, and a target shape that broadcasts to its shape", "target",
                    "y = the sum of x over every axis that the target lacks or has with extent 1",
                    "dx = dy, broadcast to the shape of x"),
            (target, in) -> {
                if (!Shape.broadcast("sumTo", in[0], target).equals(in[0])) {
                    throw new TensorException("sumTo: " + in[0] + " cannot be summed to " + target);
                }
                return shapes(target);
            }, (k, _, in, out) -> k.sumTo(in[0], out[0]), p -> {
                Tensor dx = p.zeros(p.in(0).shape());
                p.kernels().binary(Binary.ADD, dx, p.dy(), dx);
                p.give(0, dx);
            });

    /** {@code op(a) op(b) + bias}; {@code b} may be one matrix for all batches of {@code a}. */
    public static final Op<Transposes> PRODUCT = new Op<>("product",
            new Definition("a [..., m, k], b [..., k, n] or [k, n], bias [n] or none; a and b may be stored transposed",
                    "[..., m, n]", "y = a b + bias", "da = dy b^T, db = a^T dy, dbias = the sum of dy over rows"),
            ShapeRules::productShapes, (k, t, in, out) -> k.product(product(t, in[0].shape(), in[1].shape()), in[0],
                    in[1], in.length > 2 ? in[2] : null, out[0]),
            Gradients::product);

    /** The same elements in the same order under another shape; shares memory. */
    public static final Op<Shape> RESHAPE = Op.ofView("reshape",
            new Definition("x, and a shape of as many elements", "that shape", "y = x, in the memory of x", "dx = dy"),
            (target, in) -> in.reshape(target), p -> p.give(0, p.dy().reshape(p.in(0).shape())));

    /** Axis {@code k} of the result is axis {@code axes[k]} of the input. */
    public static final Op<List<Integer>> PERMUTE = new Op<>("permute",
            new Definition("x, and an order of its axes", "the extents of x in that order",
                    "axis k of y is axis axes[k] of x", "dx = dy with its axes put back"),
            (axes, in) -> {
                if (!axes.stream().sorted().toList().equals(IntStream.range(0, in[0].rank()).boxed().toList())) {
                    throw new TensorException("permute: " + axes + " does not order the axes of " + in[0]);
                }
                return shapes(Shape.of(axes.stream().mapToInt(in[0]::dim).toArray()));
            }, (k, axes, in, out) -> k.permute(ints(axes), in[0], out[0]), p -> {
                int[] inverse = new int[p.attributes().size()];
                for (int i = 0; i < inverse.length; i++) inverse[p.attributes().get(i)] = i;
                Tensor dx = p.fresh(p.in(0).shape());
                p.kernels().permute(inverse, p.dy(), dx);
                p.give(0, dx);
            });

    /** Any number of inputs one behind the other along an axis. */
    public static final Op<Integer> CONCAT = new Op<>("concat",
            new Definition("x1, x2, ... that differ in one axis at most", "their extents added along that axis",
                    "y = x1, x2, ... one behind the other", "dx1, dx2, ... = the parts of dy"),
            ShapeRules::concatShapes, (k, axis, in, out) -> {
                int at = 0;
                for (Tensor t : in) {
                    k.copyBlocks(block(t.shape(), out[0].shape(), axis, at), t, out[0]);
                    at += t.shape().dim(axis);
                }
            }, Gradients::concat);

    /** {@code count} entries of one axis. */
    public static final Op<Slice> SLICE = new Op<>("slice",
            new Definition("x", "shape of x with count entries along one axis",
                    "y = the entries from .. from + count - 1 of that axis", "dx = dy there, 0 elsewhere"),
            (s, in) -> {
                int axis = in[0].axis(s.axis());
                if (s.from() < 0 || s.count() < 0 || s.from() + s.count() > in[0].dim(axis)) {
                    throw new TensorException("slice: " + s + " of " + in[0]);
                }
                return shapes(in[0].with(axis, s.count()));
            }, (k, s, in, out) -> k.copyBlocks(reversed(block(out[0].shape(), in[0].shape(), s.axis(), s.from())),
                    in[0], out[0]),
            Gradients::slice);

    /** Along the last axis. */
    public static final Op<Nothing> SOFTMAX = new Op<>("softmax",
            new Definition("x [..., n]", "[..., n]", "y_i = exp(x_i) / sum_j exp(x_j)",
                    "dx_i = y_i (dy_i - sum_j dy_j y_j)"),
            (_, in) -> shapes(in[0]), (k, _, in, out) -> k.softmax(in[0], out[0]), p -> {
                Tensor dx = p.fresh(p.in(0).shape());
                p.kernels().softmaxGradient(p.out(0), p.dy(), dx);
                p.give(0, dx);
            });

    /** Along the last axis; inputs x, weight, bias. */
    public static final Op<Float> LAYER_NORM = new Op<>("layerNorm",
            new Definition("x [..., n], weight [n], bias [n]", "[..., n]",
                    "y = z weight + bias, z = (x - mean(x)) / sqrt(var(x) + eps) (arXiv 1607.06450)",
                    "dx = (g - mean(g) - z mean(g z)) / sqrt(var(x) + eps) with g = dy weight; "
                            + "dweight = the sum of dy z over rows, dbias = that of dy"),
            (_, in) -> {
                Shape row = Shape.of(in[0].last());
                if (!in[1].equals(row) || !in[2].equals(row)) {
                    throw new TensorException("layerNorm: " + in[0] + " with weight " + in[1] + " and bias " + in[2]);
                }
                return shapes(in[0], Shape.of(in[0].rows()), Shape.of(in[0].rows()));
            }, (k, eps, in, out) -> k.layerNorm(eps, in[0], in[1], in[2], out[0], out[1], out[2]),
            Gradients::layerNorm);

    /** {@code w x / sqrt(mean(x^2) + eps)} along the last axis (arXiv 1910.07467); inputs x, weight. */
    public static final Op<Float> RMS_NORM = new Op<>("rmsNorm",
            new Definition("x [..., n], weight [n]", "[..., n]",
                    "y = z weight, z = x / r, r = sqrt(mean(x^2) + eps) (arXiv 1910.07467)",
                    "dx = (g - z mean(g z)) / r with g = dy weight; dweight = the sum of dy z over rows"),
            (_, in) -> ShapeRules.rmsNorm(in), (k, eps, in, out) -> {
                Tensor rms = out[1];
                k.unary(Unary.SQUARE, in[0], out[0]);
                k.sumTo(out[0], rms);
                k.affine(1f / in[0].shape().last(), eps, rms, rms);
                k.unary(Unary.SQRT, rms, rms);
                k.binary(Binary.DIVIDE, in[0], rms, out[0]);
                k.binary(Binary.MULTIPLY, out[0], in[1], out[0]);
            }, Gradients::rmsNorm);

    /**
     * Rotary position embedding (arXiv 2104.09864) in Hugging Face's order: entry {@code i} of a head turns with entry
     * {@code i + headSize/2}. Input {@code [batch, tokens, heads * headSize]}.
     */
    public static final Op<Rotary> ROTARY = new Op<>("rotary",
            new Definition("x [batch, tokens, heads * size], tables of cosines and sines [tokens, 1, size]",
                    "shape of x",
                    "each pair (x_i, x_{i + size/2}) of a head is turned by its token's angle (arXiv 2104.09864)",
                    "dx = dy, turned back"),
            ShapeRules::rotary, (k, r, in, out) -> turn(k, r, 1f, in[0], out[0], out[1]), p -> {
                Tensor dx = p.fresh(p.dy().shape());
                turn(p.kernels(), p.attributes(), -1f, p.dy(), dx, p.fresh(dx.shape()));
                p.give(0, dx);
            });

    /** Multi-head attention on packed queries, keys and values {@code [batch, tokens, 3 width]}; optional additive bias. */
    public static final Op<Heads> ATTENTION = new Op<>("attention",
            new Definition("Q, K and V side by side [batch, tokens, 3 width], "
                    + "bias [heads, tokens, tokens] with or without a batch axis in front, or none",
                    "[batch, tokens, width]",
                    "y = P V, P = softmax(Q K^T / sqrt(size) + bias) for each head of that size (arXiv 1706.03762)",
                    "dV = P^T dy, dS = P (dP - rowsum(dP P)) with dP = dy V^T, "
                            + "dQ = dS K / sqrt(size), dK = dS^T Q / sqrt(size), dbias = dS; P is computed again"),
            ShapeRules::attentionShapes, (k, heads, in, out) -> k.attention(packed(heads, in[0].shape()), in[0], in[0],
                    in[0], in.length > 1 ? in[1] : null, out[0], out[1]),
            Gradients::attention);

    /**
     * Multi-head attention of one sequence over another; inputs queries {@code [batch, queries, width]}, keys and values
     * {@code [batch, keys, width]}; optional additive bias.
     */
    public static final Op<Heads> CROSS_ATTENTION = new Op<>("crossAttention",
            new Definition("Q [batch, queries, width], K and V [batch, keys, width], "
                    + "bias [heads, queries, keys] with or without a batch axis in front, or none",
                    "[batch, queries, width]",
                    "y = P V, P = softmax(Q K^T / sqrt(size) + bias) for each head of that size (arXiv 1706.03762)",
                    "as those of attention"),
            ShapeRules::crossAttentionShapes,
            (k, heads, in, out) -> k.attention(apart(heads, in[0].shape(), in[1].shape()), in[0], in[1], in[2],
                    in.length > 3 ? in[3] : null, out[0], out[1]),
            Gradients::crossAttention);

    /** Rows of a table, by index. */
    public static final Op<Tensor> GATHER = new Op<>("gather",
            new Definition("table [rows, n], indices [...]", "[..., n]", "y[i, :] = table[indices[i], :]",
                    "dtable[indices[i], :] += dy[i, :], in the order of i"),
            (indices, in) -> {
                if (in[0].rank() != 2) throw new TensorException("gather: table " + in[0] + " is not a matrix");
                int[] dims = Arrays.copyOf(indices.shape().toArray(), indices.shape().rank() + 1);
                dims[dims.length - 1] = in[0].last();
                return shapes(Shape.of(dims));
            }, (k, indices, in, out) -> k.gather(in[0], indices, out[0]), Gradients::gather);

    /** Mean cross-entropy of rows of logits against class indices. */
    public static final Op<Targets> CROSS_ENTROPY = new Op<>("crossEntropy",
            new Definition("logits x [rows, classes], targets t [rows], negative ones left out", "scalar",
                    "y = the mean over rows of (logsumexp(x) - (1 - s) x_t - s mean(x)), with smoothing s (arXiv 1512.00567)",
                    "dx_i = dy (softmax(x)_i - s / classes - (1 - s where i = t)) / rows counted"),
            (t, in) -> {
                if (in[0].rows() != t.targets().elements()) {
                    throw new TensorException("crossEntropy: logits " + in[0] + " for targets " + t.targets().shape());
                }
                return shapes(Shape.scalar(), Shape.of(in[0].rows()));
            }, (k, t, in, out) -> k.crossEntropy(t.smoothing(), in[0], t.targets(), out[0], out[1]), p -> {
                Tensor dx = p.fresh(p.in(0).shape());
                Targets t = p.attributes();
                p.kernels().crossEntropyGradient(t.smoothing(), p.in(0), t.targets(), p.out(1), p.dy(), dx);
                p.give(0, dx);
            });

    /** The gates of a GRU cell; inputs {@code W_i x + b_i}, {@code W_h h + b_h}, {@code h}. */
    public static final Op<Nothing> GRU = new Op<>("gru",
            new Definition("a = W_i x + b_i and b = W_h h + b_h, both [rows, 3 n], h [rows, n]", "[rows, n]",
                    "y = (1 - z) c + z h, r = sigmoid(a_r + b_r), z = sigmoid(a_z + b_z), c = tanh(a_c + r b_c) "
                            + "(arXiv 1406.1078)",
                    "dh = dy z, dz = dy (h - c), dc = dy (1 - z), and back through the three functions"),
            (_, in) -> {
                if (!in[0].equals(in[1]) || in[0].last() != 3 * in[2].last() || in[0].rows() != in[2].rows()) {
                    throw new TensorException("gru: gates " + in[0] + " and " + in[1] + " for state " + in[2]);
                }
                return shapes(in[2]);
            }, (k, _, in, out) -> k.gru(in[0], in[1], in[2], out[0]), Gradients::gru);

    /** A part of a network as one operation; {@link Checkpointing} is how it is called. */
    static final Op<Checkpointing.Part> CHECKPOINT = new Op<>("checkpoint",
            new Definition("x1, x2, ... as the part takes them", "as the part gives it",
                    "y = part(x1, x2, ...), by the part's own operations",
                    "the part is computed again, and its gradients are taken (arXiv 1604.06174)"),
            Checkpointing::shape, Checkpointing::forward, Checkpointing::gradient);

    /** {@return every row of the table: every constant of this class, in the order of the file} */
    public static List<Op<?>> all() {
        List<Op<?>> rows = new ArrayList<>();
        for (Field field : Ops.class.getDeclaredFields()) {
            try {
                if (field.getType() == Op.class) rows.add((Op<?>) field.get(null));
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(field + " cannot be read", e);
            }
        }
        return List.copyOf(rows);
    }

    /** No attributes. */
    public enum Nothing {
        /** The only value. */
        NOTHING
    }

    /**
     * A linear function of each element.
     *
     * @param scale multiplies each element
     * @param shift is added to each
     */
    public record Affine(float scale, float shift) {}

    /**
     * Which operands of a product are stored transposed.
     *
     * @param a whether the first is
     * @param b whether the second is
     */
    public record Transposes(boolean a, boolean b) {}

    /**
     * Some entries of one axis.
     *
     * @param axis which, counted from 0
     * @param from the first entry
     * @param count how many entries
     */
    public record Slice(int axis, int from, int count) {}

    /**
     * How attention is cut into parts.
     *
     * @param heads how many parts of a row attend each for themselves; they divide the width
     * @param causal whether a token sees only those up to itself
     */
    public record Heads(int heads, boolean causal) {}

    /**
     * By which angles a rotary embedding turns.
     *
     * @param cos cosines of the angles, {@code [tokens, 1, headSize]}
     * @param sin sines, those of the first half of a head negative
     */
    public record Rotary(Tensor cos, Tensor sin) {}

    /**
     * What cross-entropy compares with.
     *
     * @param targets a class for each row, negative for rows that do not count
     * @param smoothing how much of each target is spread evenly over all classes
     */
    public record Targets(Tensor targets, float smoothing) {}

    private static int[] ints(List<Integer> list) { return list.stream().mapToInt(Integer::intValue).toArray(); }

    /** Turns each head forwards, or back where the sign is -1: {@code out = x cos + sign * (x with its halves swapped) sin}. */
    private static void turn(Kernels k, Rotary r, float sign, Tensor x, Tensor out, Tensor room) {
        int size = r.cos().shape().last();
        int count = Math.toIntExact(x.elements() / size);
        int half = size / 2;
        k.copyBlocks(new Kernels.BlockCopy(count, half, size, half, size, 0), x, out);
        k.copyBlocks(new Kernels.BlockCopy(count, half, size, 0, size, half), x, out);
        k.binary(Binary.MULTIPLY, heads(out, size), r.sin(), heads(room, size));
        k.binary(Binary.MULTIPLY, heads(x, size), r.cos(), heads(out, size));
        k.addScaled(sign, room, out);
    }
}
