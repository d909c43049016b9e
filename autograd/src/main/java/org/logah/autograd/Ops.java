package org.logah.autograd;

import static org.logah.autograd.ShapeRules.apart;
import static org.logah.autograd.ShapeRules.block;
import static org.logah.autograd.ShapeRules.flatten;
import static org.logah.autograd.ShapeRules.heads;
import static org.logah.autograd.ShapeRules.packed;
import static org.logah.autograd.ShapeRules.product;
import static org.logah.autograd.ShapeRules.productInto;
import static org.logah.autograd.ShapeRules.reversed;
import static org.logah.autograd.ShapeRules.shapes;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;

/**
 * The table of differentiable operations: shape rule, kernel and gradient of each, side by side. {@link Functions} is how
 * they are called.
 */
public final class Ops {
    private Ops() {}

    /** Elementwise with broadcasting. */
    public static final Op<Binary> BINARY = new Op<>("binary", // inputs: a, b
            (op, in) -> shapes(Shape.broadcast(op.name(), in[0], in[1])),
            (k, op, in, out) -> k.binary(op, in[0], in[1], out[0]), p -> {
                Tensor dy = p.dy();
                Tensor b = p.in(1);
                switch (p.attributes()) {
                    case ADD -> {
                        if (p.needs(0)) p.give(0, p.reduce(dy, p.in(0).shape()));
                        if (p.needs(1)) p.give(1, p.reduce(dy, b.shape()));
                    }
                    case SUBTRACT -> {
                        if (p.needs(0)) p.give(0, p.reduce(dy, p.in(0).shape()));
                        if (p.needs(1)) p.give(1, scaled(p, -1f, p.reduce(dy, b.shape())));
                    }
                    case MULTIPLY -> {
                        if (p.needs(0)) p.give(0, p.reduce(p.binary(Binary.MULTIPLY, dy, b), p.in(0).shape()));
                        if (p.needs(1)) p.give(1, p.reduce(p.binary(Binary.MULTIPLY, dy, p.in(0)), b.shape()));
                    }
                    case DIVIDE -> {
                        Tensor da = p.binary(Binary.DIVIDE, dy, b);
                        if (p.needs(0)) p.give(0, p.reduce(da, p.in(0).shape()));
                        if (p.needs(1))
                            p.give(1, scaled(p, -1f, p.reduce(p.binary(Binary.MULTIPLY, da, p.out(0)), b.shape())));
                    }
                }
            });

    /** {@code y + x} in the memory of {@code y}; inputs y, x of one shape. */
    public static final Op<Nothing> ADD_ONTO = Op.inPlace("addOnto", (k, _, in, _) -> k.addScaled(1f, in[1], in[0]),
            p -> {
                if (p.needs(0)) p.give(0, p.dy());
                if (p.needs(1)) p.give(1, p.dy());
            });

    /** Elementwise functions of one variable. */
    public static final Op<Unary> UNARY = new Op<>("unary", (_, in) -> shapes(in[0]),
            (k, op, in, out) -> k.unary(op, in[0], out[0]), p -> {
                Tensor dx = p.fresh(p.dy().shape());
                p.kernels().unaryGradient(p.attributes(), p.in(0), p.dy(), dx);
                p.give(0, dx);
            });

    /** {@code scale * x + shift}. */
    public static final Op<Affine> AFFINE = new Op<>("affine", (_, in) -> shapes(in[0]),
            (k, a, in, out) -> k.affine(a.scale(), a.shift(), in[0], out[0]),
            p -> p.give(0, scaled(p, p.attributes().scale(), p.dy())));

    /** Sums over the axes that the target shape lacks or has with extent 1. */
    public static final Op<Shape> SUM_TO = new Op<>("sumTo", (target, in) -> {
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
    public static final Op<Transposes> PRODUCT = new Op<>("product", ShapeRules::productShapes, (k, t, in, out) -> k
            .product(product(t, in[0].shape(), in[1].shape()), in[0], in[1], in.length > 2 ? in[2] : null, out[0]),
            p -> {
                Transposes t = p.attributes();
                if (p.needs(0)) {
                    Tensor da = p.fresh(p.in(0).shape());
                    if (t.a()) productInto(p, new Transposes(t.b(), true), p.in(1), p.dy(), da);
                    else productInto(p, new Transposes(false, !t.b()), p.dy(), p.in(1), da);
                    p.give(0, da);
                }
                if (p.needs(1)) {
                    Tensor db = p.gradientOf(1);
                    Tensor a = flatten(p.in(0), p.in(1));
                    Tensor dy = flatten(p.dy(), p.in(1));
                    if (t.b()) productInto(p, new Transposes(true, t.a()), dy, a, db);
                    else productInto(p, new Transposes(!t.a(), false), a, dy, db);
                    p.give(1, db);
                }
                if (p.needs(2)) p.give(2, p.reduce(p.dy(), p.in(2).shape()));
            });

    /** The same elements in the same order under another shape; shares memory. */
    public static final Op<Shape> RESHAPE = Op.ofView("reshape", (target, in) -> in.reshape(target),
            p -> p.give(0, p.dy().reshape(p.in(0).shape())));

    /** Axis {@code k} of the result is axis {@code axes[k]} of the input. */
    public static final Op<List<Integer>> PERMUTE = new Op<>("permute", (axes, in) -> {
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
    public static final Op<Integer> CONCAT = new Op<>("concat", ShapeRules::concatShapes, (k, axis, in, out) -> {
        int at = 0;
        for (Tensor t : in) {
            k.copyBlocks(block(t.shape(), out[0].shape(), axis, at), t, out[0]);
            at += t.shape().dim(axis);
        }
    }, p -> {
        int axis = p.attributes();
        int at = 0;
        for (int i = 0; i < p.inputs(); i++) {
            Shape shape = p.in(i).shape();
            if (p.needs(i)) {
                Tensor dx = p.fresh(shape);
                p.kernels().copyBlocks(reversed(block(shape, p.dy().shape(), axis, at)), p.dy(), dx);
                p.give(i, dx);
            }
            at += shape.dim(axis);
        }
    });

    /** {@code count} entries of one axis. */
    public static final Op<Slice> SLICE = new Op<>("slice", (s, in) -> {
        int axis = in[0].axis(s.axis());
        if (s.from() < 0 || s.count() < 0 || s.from() + s.count() > in[0].dim(axis)) {
            throw new TensorException("slice: " + s + " of " + in[0]);
        }
        return shapes(in[0].with(axis, s.count()));
    }, (k, s, in, out) -> k.copyBlocks(reversed(block(out[0].shape(), in[0].shape(), s.axis(), s.from())), in[0],
            out[0]),
            p -> {
                Slice s = p.attributes();
                Tensor soFar = p.gradientSoFar(0);
                if (soFar != null && s.axis() == 0) {
                    p.kernels().addScaled(1f, p.dy(), soFar.slice(s.from(), s.count()));
                    return;
                }
                Tensor dx = p.gradientOf(0);
                p.kernels().fill(dx, 0f);
                p.kernels().copyBlocks(block(p.dy().shape(), dx.shape(), s.axis(), s.from()), p.dy(), dx);
                p.give(0, dx);
            });

    /** Along the last axis. */
    public static final Op<Nothing> SOFTMAX = new Op<>("softmax", (_, in) -> shapes(in[0]),
            (k, _, in, out) -> k.softmax(in[0], out[0]), p -> {
                Tensor dx = p.fresh(p.in(0).shape());
                p.kernels().softmaxGradient(p.out(0), p.dy(), dx);
                p.give(0, dx);
            });

    /** Along the last axis; inputs x, weight, bias. */
    public static final Op<Float> LAYER_NORM = new Op<>("layerNorm", (_, in) -> {
        Shape row = Shape.of(in[0].last());
        if (!in[1].equals(row) || !in[2].equals(row)) {
            throw new TensorException("layerNorm: " + in[0] + " with weight " + in[1] + " and bias " + in[2]);
        }
        return shapes(in[0], Shape.of(in[0].rows()), Shape.of(in[0].rows()));
    }, (k, eps, in, out) -> k.layerNorm(eps, in[0], in[1], in[2], out[0], out[1], out[2]), p -> {
        Tensor dx = p.needs(0) ? p.fresh(p.in(0).shape()) : null;
        Tensor dw = p.needs(1) ? p.fresh(p.in(1).shape()) : null;
        Tensor db = p.needs(2) ? p.fresh(p.in(2).shape()) : null;
        p.kernels().layerNormGradient(p.in(0), p.in(1), p.out(1), p.out(2), p.dy(), dx, dw, db);
        if (dx != null) p.give(0, dx);
        if (dw != null) p.give(1, dw);
        if (db != null) p.give(2, db);
    });

    /** {@code w x / sqrt(mean(x^2) + eps)} along the last axis (arXiv 1910.07467); inputs x, weight. */
    public static final Op<Float> RMS_NORM = new Op<>("rmsNorm", (_, in) -> ShapeRules.rmsNorm(in),
            (k, eps, in, out) -> {
                Tensor rms = out[1];
                k.unary(Unary.SQUARE, in[0], out[0]);
                k.sumTo(out[0], rms);
                k.affine(1f / in[0].shape().last(), eps, rms, rms);
                k.unary(Unary.SQRT, rms, rms);
                k.binary(Binary.DIVIDE, in[0], rms, out[0]);
                k.binary(Binary.MULTIPLY, out[0], in[1], out[0]);
            }, p -> {
                Tensor rms = p.out(1);
                Tensor normed = p.binary(Binary.DIVIDE, p.in(0), rms);
                if (p.needs(1)) p.give(1, p.reduce(p.binary(Binary.MULTIPLY, p.dy(), normed), p.in(1).shape()));
                if (!p.needs(0)) return;
                Tensor dx = p.binary(Binary.MULTIPLY, p.dy(), p.in(1));
                Tensor along = p.reduce(p.binary(Binary.MULTIPLY, dx, normed), rms.shape());
                p.kernels().affine(1f / dx.shape().last(), 0f, along, along);
                p.kernels().binary(Binary.MULTIPLY, normed, along, normed);
                p.kernels().binary(Binary.SUBTRACT, dx, normed, dx);
                p.kernels().binary(Binary.DIVIDE, dx, rms, dx);
                p.give(0, dx);
            });

    /**
     * Rotary position embedding (arXiv 2104.09864) in Hugging Face's order: entry {@code i} of a head turns with entry
     * {@code i + headSize/2}. Input {@code [batch, tokens, heads * headSize]}.
     */
    public static final Op<Rotary> ROTARY = new Op<>("rotary", ShapeRules::rotary,
            (k, r, in, out) -> turn(k, r, 1f, in[0], out[0], out[1]), p -> {
                Tensor dx = p.fresh(p.dy().shape());
                turn(p.kernels(), p.attributes(), -1f, p.dy(), dx, p.fresh(dx.shape()));
                p.give(0, dx);
            });

    /** Multi-head attention on packed queries, keys and values {@code [batch, tokens, 3 width]}; optional additive bias. */
    public static final Op<Heads> ATTENTION = new Op<>("attention", ShapeRules::attentionShapes,
            (k, heads, in, out) -> k.attention(
                    packed(heads, in[0].shape()), in[0], in[0], in[0], in.length > 1 ? in[1] : null, out[0], out[1]),
            p -> {
                Tensor qkv = p.in(0);
                Tensor dqkv = p.fresh(qkv.shape());
                Tensor bias = p.inputs() > 1 ? p.in(1) : null;
                Tensor dBias = bias != null && p.needs(1) ? p.fresh(bias.shape()) : null;
                p.kernels().attentionGradient(packed(p.attributes(), qkv.shape()), qkv, qkv, qkv, bias, p.out(0),
                        p.out(1),
                        p.dy(), dqkv, dqkv, dqkv, dBias);
                p.give(0, dqkv);
                if (dBias != null) p.give(1, dBias);
            });

    /**
     * Multi-head attention of one sequence over another; inputs queries {@code [batch, queries, width]}, keys and values
     * {@code [batch, keys, width]}; optional additive bias.
     */
    public static final Op<Heads> CROSS_ATTENTION = new Op<>("crossAttention", ShapeRules::crossAttentionShapes,
            (k, heads, in, out) -> k.attention(apart(heads, in[0].shape(), in[1].shape()), in[0], in[1], in[2],
                    in.length > 3 ? in[3] : null, out[0], out[1]),
            p -> {
                Tensor dq = p.fresh(p.in(0).shape());
                Tensor dk = p.fresh(p.in(1).shape());
                Tensor dv = p.fresh(p.in(2).shape());
                Tensor bias = p.inputs() > 3 ? p.in(3) : null;
                Tensor dBias = bias != null && p.needs(3) ? p.fresh(bias.shape()) : null;
                p.kernels().attentionGradient(apart(p.attributes(), dq.shape(), dk.shape()), p.in(0), p.in(1), p.in(2),
                        bias, p.out(0), p.out(1), p.dy(), dq, dk, dv, dBias);
                p.give(0, dq);
                p.give(1, dk);
                p.give(2, dv);
                if (dBias != null) p.give(3, dBias);
            });

    /** Rows of a table, by index. */
    public static final Op<Tensor> GATHER = new Op<>("gather", (indices, in) -> {
        if (in[0].rank() != 2) throw new TensorException("gather: table " + in[0] + " is not a matrix");
        int[] dims = Arrays.copyOf(indices.shape().toArray(), indices.shape().rank() + 1);
        dims[dims.length - 1] = in[0].last();
        return shapes(Shape.of(dims));
    }, (k, indices, in, out) -> k.gather(in[0], indices, out[0]), p -> {
        Tensor soFar = p.gradientSoFar(0);
        Tensor dTable = soFar != null ? soFar : p.gradientOf(0);
        if (soFar == null) p.kernels().fill(dTable, 0f);
        p.kernels().scatterAdd(p.dy(), p.attributes(), dTable);
        if (soFar == null) p.give(0, dTable);
    });

    /** Mean cross-entropy of rows of logits against class indices. */
    public static final Op<Targets> CROSS_ENTROPY = new Op<>("crossEntropy", (t, in) -> {
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
    public static final Op<Nothing> GRU = new Op<>("gru", (_, in) -> {
        if (!in[0].equals(in[1]) || in[0].last() != 3 * in[2].last() || in[0].rows() != in[2].rows()) {
            throw new TensorException("gru: gates " + in[0] + " and " + in[1] + " for state " + in[2]);
        }
        return shapes(in[2]);
    }, (k, _, in, out) -> k.gru(in[0], in[1], in[2], out[0]), p -> {
        Tensor di = p.fresh(p.in(0).shape());
        Tensor dh = p.fresh(p.in(1).shape());
        Tensor ds = p.fresh(p.in(2).shape());
        p.kernels().gruGradient(p.in(0), p.in(1), p.in(2), p.dy(), di, dh, ds);
        p.give(0, di);
        p.give(1, dh);
        p.give(2, ds);
    });

    /** Inverted dropout; the seed decides the mask, so the gradient makes the same one. */
    public static final Op<Dropout> DROPOUT = new Op<>("dropout", (_, in) -> shapes(in[0]),
            (k, d, in, out) -> k.dropout(d.probability(), d.seed(), in[0], out[0]), p -> {
                Tensor dx = p.fresh(p.in(0).shape());
                p.kernels().dropout(p.attributes().probability(), p.attributes().seed(), p.dy(), dx);
                p.give(0, dx);
            });

    /** Every row of the table. */
    public static List<Op<?>> all() {
        return List.of(BINARY, ADD_ONTO, UNARY, AFFINE, SUM_TO, PRODUCT, RESHAPE, PERMUTE, CONCAT, SLICE, SOFTMAX,
                LAYER_NORM,
                RMS_NORM, ROTARY, ATTENTION, CROSS_ATTENTION, GATHER, CROSS_ENTROPY, GRU, DROPOUT);
    }

    /** No attributes. */
    public enum Nothing { NOTHING }

    public record Affine(float scale, float shift) {}

    /** Which operands of a product are stored transposed. */
    public record Transposes(boolean a, boolean b) {}

    public record Slice(int axis, int from, int count) {}

    public record Heads(int heads, boolean causal) {}

    /**
     * @param cos cosines of the angles, {@code [tokens, 1, headSize]}
     * @param sin sines, those of the first half of a head negative
     */
    public record Rotary(Tensor cos, Tensor sin) {}

    /** @param smoothing how much of each target is spread evenly over all classes */
    public record Targets(Tensor targets, float smoothing) {}

    public record Dropout(float probability, long seed) {}

    private static int[] ints(List<Integer> list) { return list.stream().mapToInt(Integer::intValue).toArray(); }

    private static Tensor scaled(Pullback<?> p, float scale, Tensor x) {
        if (scale == 1f) return x;
        Tensor t = p.fresh(x.shape());
        p.kernels().affine(scale, 0f, x, t);
        return t;
    }

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
