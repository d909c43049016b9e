package org.logah.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;

/**
 * One row per use of an operation: how to draw its inputs and how to call it. Each row is checked forward on every kind of
 * kernel and backward by differences; a row of {@link Ops} without a case fails the build.
 */
public final class OpCases {
    /** One drawn instance. */
    public record Drawn(Tensor[] inputs, BiFunction<Functions, Variable[], Variable> call) {}

    /** A row. */
    public record Case(String name, Op<?> op, BiFunction<Device, RandomStream, Drawn> draw) {
        @Override
        public String toString() { return name; }
    }

    private final int[] sizes;

    private OpCases(int... sizes) { this.sizes = sizes; }

    /** Inputs with sides around a vector's width, small enough to check every gradient by differences. */
    public static List<Case> all() {
        return new OpCases(1, 2, 3, 5, 8, 16, 17).rows();
    }

    /** The same cases with inputs that are worth sharing among threads. */
    static List<Case> large() {
        return new OpCases(1, 150, 301, 560).rows();
    }

    private int size(RandomStream r) { return sizes[r.nextInt(sizes.length)]; }

    static Tensor normal(Device d, RandomStream r, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        r.fillNormal(t, 0, 1);
        return t;
    }

    /** Away from zero, where some functions have a corner or a pole. */
    private static Tensor positive(Device d, RandomStream r, int... dims) {
        Tensor t = d.allocate(Shape.of(dims), DType.F32);
        r.fillUniform(t, 0.5, 2);
        return t;
    }

    static Tensor indices(Device d, RandomStream r, int bound, int... dims) {
        Shape shape = Shape.of(dims);
        int[] values = new int[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) values[i] = r.nextInt(bound);
        return d.ofInts(shape, values);
    }

    private List<Case> rows() {
        List<Case> cases = new ArrayList<>();
        for (Binary op : Binary.values()) {
            cases.add(new Case("binary " + op, Ops.BINARY, (d, r) -> {
                int a = size(r);
                int b = size(r);
                int[][] shapes = {{a, b}, {b}, {1, b}, {a, 1}, {}, {1}};
                return new Drawn(new Tensor[]{normal(d, r, shapes[r.nextInt(6)]), positive(d, r, shapes[r.nextInt(6)])},
                        (f, in) -> f.tape().apply(Ops.BINARY, op, in));
            }));
        }
        for (Unary op : Unary.values()) {
            cases.add(new Case("unary " + op, Ops.UNARY,
                    (d, r) -> new Drawn(new Tensor[]{positive(d, r, size(r), size(r))},
                            (f, in) -> op.definedEverywhere()
                                    ? f.add(f.apply(op, in[0]), f.apply(op, f.scale(in[0], -0.7)))
                                    : f.apply(op, in[0]))));
        }
        cases.add(new Case("addOnto", Ops.ADD_ONTO, (d, r) -> {
            int m = size(r);
            int n = size(r);
            int k = size(r);
            return new Drawn(new Tensor[]{normal(d, r, m, k), normal(d, r, k, n), normal(d, r, m, n)},
                    (f, in) -> f.addOnto(f.matmul(in[0], in[1]), in[2]));
        }));
        cases.add(new Case("affine", Ops.AFFINE, (d, r) -> new Drawn(new Tensor[]{normal(d, r, size(r), size(r))},
                (f, in) -> f.affine(in[0], -1.3, 0.4))));
        cases.add(new Case("sumTo", Ops.SUM_TO, (d, r) -> {
            int a = size(r);
            int b = size(r);
            int[][] targets = {{}, {b}, {1, b}, {a, 1}, {1, 1}, {1}};
            Shape target = Shape.of(targets[r.nextInt(6)]);
            return new Drawn(new Tensor[]{normal(d, r, a, b)}, (f, in) -> f.sumTo(in[0], target));
        }));
        for (int kind = 0; kind < 8; kind++) {
            boolean ta = (kind & 1) != 0;
            boolean tb = (kind & 2) != 0;
            boolean bias = (kind & 4) != 0;
            cases.add(new Case("product" + (ta ? " a^T" : "") + (tb ? " b^T" : "") + (bias ? " bias" : ""), Ops.PRODUCT,
                    (d, r) -> {
                        int m = size(r);
                        int n = size(r);
                        int k = size(r);
                        boolean batched = r.nextInt(2) == 0;
                        Tensor a = batched
                                ? ta ? normal(d, r, 2, k, m) : normal(d, r, 2, m, k)
                                : ta ? normal(d, r, k, m) : normal(d, r, m, k);
                        Tensor b = batched
                                ? tb ? normal(d, r, 2, n, k) : normal(d, r, 2, k, n)
                                : tb ? normal(d, r, n, k) : normal(d, r, k, n);
                        Tensor[] in = bias ? new Tensor[]{a, b, normal(d, r, n)} : new Tensor[]{a, b};
                        return new Drawn(in, (f, v) -> f.tape().apply(Ops.PRODUCT, new Ops.Transposes(ta, tb), v));
                    }));
        }
        cases.add(new Case("product, one matrix for all batches", Ops.PRODUCT, (d, r) -> {
            int k = size(r);
            int n = size(r);
            boolean tb = r.nextInt(2) == 0;
            Tensor b = tb ? normal(d, r, n, k) : normal(d, r, k, n);
            return new Drawn(new Tensor[]{normal(d, r, 2, size(r), k), b, normal(d, r, n)},
                    (f, in) -> tb ? f.linear(in[0], in[1], in[2]) : f.linearInOut(in[0], in[1], in[2]));
        }));
        cases.add(new Case("reshape", Ops.RESHAPE, (d, r) -> {
            int a = size(r);
            int b = size(r);
            return new Drawn(new Tensor[]{normal(d, r, a, b)},
                    (f, in) -> f.add(f.reshape(in[0], Shape.of(b, a)), f.reshape(in[0], Shape.of(b, a))));
        }));
        cases.add(
                new Case("permute", Ops.PERMUTE, (d, r) -> new Drawn(new Tensor[]{normal(d, r, size(r), 3, size(r), 2)},
                        (f, in) -> f.permute(in[0], 2, 0, 3, 1))));
        cases.add(new Case("permute, first axis behind the others", Ops.PERMUTE,
                (d, r) -> new Drawn(new Tensor[]{normal(d, r, size(r), size(r), 3)},
                        (f, in) -> f.permute(in[0], 1, 2, 0))));
        cases.add(new Case("concat", Ops.CONCAT, (d, r) -> {
            int a = size(r);
            int axis = r.nextInt(3);
            int[] x = {2, a, 3};
            int[] y = x.clone();
            y[axis] = size(r);
            return new Drawn(new Tensor[]{normal(d, r, x), normal(d, r, y), normal(d, r, x)},
                    (f, in) -> f.concat(axis, List.of(in)));
        }));
        cases.add(new Case("slice", Ops.SLICE, (d, r) -> {
            int axis = r.nextInt(3);
            return new Drawn(new Tensor[]{normal(d, r, 4, 5, 6)}, (f, in) -> f.slice(in[0], axis, 1, 2));
        }));
        cases.add(new Case("tile", Ops.CONCAT,
                (d, r) -> new Drawn(new Tensor[]{normal(d, r, 3, size(r))}, (f, in) -> f.tile(in[0], Shape.of(8, 7)))));
        cases.add(new Case("softmax", Ops.SOFTMAX,
                (d, r) -> new Drawn(new Tensor[]{normal(d, r, size(r), size(r))}, (f, in) -> f.softmax(in[0]))));
        cases.add(new Case("layerNorm", Ops.LAYER_NORM, (d, r) -> {
            int n = 2 + size(r);
            return new Drawn(new Tensor[]{normal(d, r, size(r), n), normal(d, r, n), normal(d, r, n)},
                    (f, in) -> f.layerNorm(in[0], in[1], in[2], 0.1));
        }));
        cases.add(new Case("rmsNorm", Ops.RMS_NORM, (d, r) -> {
            int n = 1 + size(r);
            return new Drawn(new Tensor[]{normal(d, r, 2, size(r), n), normal(d, r, n)},
                    (f, in) -> f.rmsNorm(in[0], in[1], 0.1));
        }));
        cases.add(new Case("rotary", Ops.ROTARY, (d, r) -> {
            int tokens = size(r);
            int headSize = 2 * size(r);
            return new Drawn(new Tensor[]{normal(d, r, 2, tokens, headSize * (1 + r.nextInt(3)))},
                    (f, in) -> f.rotary(in[0], f.rotaryTables(3, tokens, headSize, 100)));
        }));
        cases.add(new Case("silu", Ops.BINARY,
                (d, r) -> new Drawn(new Tensor[]{normal(d, r, size(r), size(r))}, (f, in) -> f.silu(in[0]))));
        for (int kind = 0; kind < 6; kind++) {
            boolean causal = kind % 2 == 1;
            int biasRank = kind / 2;
            cases.add(new Case(
                    "attention" + (causal ? " causal" : "")
                            + (biasRank == 0 ? "" : biasRank == 1 ? " shared bias" : " bias"),
                    Ops.ATTENTION, (d, r) -> {
                        int batch = 1 + r.nextInt(2);
                        int heads = 1 + r.nextInt(3);
                        int tokens = size(r);
                        Tensor qkv = normal(d, r, batch, tokens, 3 * heads * 4);
                        if (biasRank == 0)
                            return new Drawn(new Tensor[]{qkv}, (f, in) -> f.attention(in[0], null, heads, causal));
                        Tensor bias = biasRank == 1
                                ? normal(d, r, heads, tokens, tokens)
                                : normal(d, r, batch, heads, tokens, tokens);
                        return new Drawn(new Tensor[]{qkv, bias}, (f, in) -> f.attention(in[0], in[1], heads, causal));
                    }));
        }
        for (int kind = 0; kind < 6; kind++) {
            boolean causal = kind % 2 == 1;
            int biasRank = kind / 2;
            cases.add(new Case(
                    "crossAttention" + (causal ? " causal" : "")
                            + (biasRank == 0 ? "" : biasRank == 1 ? " shared bias" : " bias"),
                    Ops.CROSS_ATTENTION, (d, r) -> {
                        int batch = 1 + r.nextInt(2);
                        int heads = 1 + r.nextInt(3);
                        int queries = size(r);
                        int keys = causal ? queries + r.nextInt(5) : size(r);
                        Tensor q = normal(d, r, batch, queries, heads * 4);
                        Tensor k = normal(d, r, batch, keys, heads * 4);
                        Tensor v = normal(d, r, batch, keys, heads * 4);
                        if (biasRank == 0)
                            return new Drawn(new Tensor[]{q, k, v},
                                    (f, in) -> f.crossAttention(in[0], in[1], in[2], null, heads, causal));
                        Tensor bias = biasRank == 1
                                ? normal(d, r, heads, queries, keys)
                                : normal(d, r, batch, heads, queries, keys);
                        return new Drawn(new Tensor[]{q, k, v, bias},
                                (f, in) -> f.crossAttention(in[0], in[1], in[2], in[3], heads, causal));
                    }));
        }
        cases.add(new Case("crossAttention, one sequence three times", Ops.CROSS_ATTENTION, (d, r) -> {
            Tensor x = normal(d, r, 2, size(r), 8);
            return new Drawn(new Tensor[]{x}, (f, in) -> f.crossAttention(in[0], in[0], in[0], null, 2, false));
        }));
        cases.add(new Case("gather", Ops.GATHER, (d, r) -> {
            int rows = size(r);
            Tensor index = indices(d, r, rows, 2, size(r));
            return new Drawn(new Tensor[]{normal(d, r, rows, size(r))}, (f, in) -> f.embedding(in[0], index));
        }));
        for (double smoothing : new double[]{0, 0.2}) {
            cases.add(new Case("crossEntropy, smoothing " + smoothing, Ops.CROSS_ENTROPY, (d, r) -> {
                int rows = 1 + size(r);
                int classes = 1 + size(r);
                Tensor targets = indices(d, r, classes, rows);
                int[] t = targets.toInts();
                t[0] = -1;
                return new Drawn(new Tensor[]{normal(d, r, rows, classes)},
                        (f, in) -> f.crossEntropy(in[0], d.ofInts(Shape.of(rows), t), smoothing));
            }));
        }
        cases.add(new Case("gru", Ops.GRU, (d, r) -> {
            int rows = size(r);
            int n = size(r);
            int in = size(r);
            return new Drawn(
                    new Tensor[]{normal(d, r, rows, in), normal(d, r, rows, n), normal(d, r, 3 * n, in),
                            normal(d, r, 3 * n, n),
                            normal(d, r, 3 * n), normal(d, r, 3 * n)},
                    (f, v) -> f.gruCell(v[0], v[1], v[2], v[3], v[4], v[5]));
        }));
        cases.add(new Case("norm", Ops.UNARY,
                (d, r) -> new Drawn(new Tensor[]{positive(d, r, size(r), size(r))}, (f, in) -> f.norm(in[0]))));
        cases.add(new Case("checkpoint", Ops.CHECKPOINT, (d, r) -> {
            int m = size(r);
            int k = size(r);
            return new Drawn(new Tensor[]{normal(d, r, m, k), normal(d, r, k, size(r))},
                    (f, in) -> Checkpointing.apply(f.tape(),
                            (part, v) -> part.apply(Unary.TANH, part.matmul(v[0], v[1])), in));
        }));
        return cases;
    }
}
