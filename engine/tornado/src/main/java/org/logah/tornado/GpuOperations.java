package org.logah.tornado;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Kernels;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.tornado.kernel.Elementwise;
import org.logah.tornado.kernel.Optimizers;
import org.logah.tornado.kernel.Products;
import org.logah.tornado.kernel.Reductions;

/** Operations as launches. A kernel that writes out of bounds corrupts the process, so what it reaches is checked here. */
class GpuKernels implements Kernels {
    static final float[] NONE = {};
    private static final int SLOTS = 100;
    /** Large tiles that keep a device busy: large GPUs have some 130 multiprocessors. */
    private static final int ENOUGH_TILES = 128;
    private final GpuDevice device;
    private final Launcher launcher;
    private final GpuAttention attention;

    GpuKernels(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
        this.attention = new GpuAttention(device, launcher);
    }

    @Override
    public String name() { return "tornado"; }

    private int at(Tensor t) { return device.place(t); }

    private int at(@Nullable Tensor t, int absent) { return t == null ? absent : at(t); }

    private static int count(Tensor t) { return Math.toIntExact(t.elements()); }

    /** @throws TensorException if {@code reached} elements are more than the tensor has */
    static void check(String op, Tensor t, long reached) {
        if (reached > t.elements())
            throw new TensorException(op + " would reach element " + (reached - 1) + " of " + t);
    }

    /** One thread an element. */
    private void each(Kernel k, long threads, float[] f, int... a) {
        if (threads > 0) launcher.launch(k, a, f, Launcher.groups(threads), 1, 1);
    }

    /** One work-group a row. */
    private void rows(Kernel k, long groups, float[] f, int... a) {
        if (groups > 0) launcher.launch(k, a, f, Math.toIntExact(groups), 1, 1);
    }

    private static long rowsOf(Tensor t) { return t.elements() == 0 ? 0 : t.elements() / t.shape().last(); }

    static int tiles(int n, int side) { return (n + side - 1) / side; }

    @Override
    public void fill(Tensor out, float value) {
        each(KernelCatalog.FILL, out.elements(), new float[]{value}, count(out), at(out));
    }

    @Override
    public void copyBlocks(BlockCopy b, Tensor src, Tensor dst) {
        if (b.outer() == 0 || b.inner() == 0) return;
        check("copyBlocks", src, (b.outer() - 1) * b.srcStride() + b.srcOffset() + b.inner());
        check("copyBlocks", dst, (b.outer() - 1) * b.dstStride() + b.dstOffset() + b.inner());
        each(KernelCatalog.COPY_BLOCKS, (long) b.outer() * b.inner(), NONE, b.outer(), b.inner(),
                Math.toIntExact(at(src) + b.srcOffset()), Math.toIntExact(b.srcStride()),
                Math.toIntExact(at(dst) + b.dstOffset()), Math.toIntExact(b.dstStride()));
    }

    private static void requireAxes(String op, Strided s) {
        if (s.axes() > Elementwise.MOST_AXES)
            throw new TensorException(op + ": more than " + Elementwise.MOST_AXES + " axes");
    }

    @Override
    public void permute(int[] axes, Tensor x, Tensor out) {
        long[] source = x.shape().broadcastStrides(x.shape());
        long[] strides = new long[axes.length];
        for (int i = 0; i < axes.length; i++) strides[i] = source[axes[i]];
        Strided s = new Strided(out.shape().toArray(), strides);
        requireAxes("permute", s);
        int[] a = new int[20];
        a[0] = count(out);
        a[1] = at(x);
        a[2] = at(out);
        a[3] = s.axes();
        s.putExtents(a, 4);
        s.putStrides(0, a, 12);
        each(KernelCatalog.PERMUTE, out.elements(), NONE, a);
    }

    @Override
    public void unary(Unary op, Tensor x, Tensor out) {
        check("unary", x, out.elements());
        each(KernelCatalog.UNARY, out.elements(), NONE, count(out), at(x), at(out), op.ordinal());
    }

    @Override
    public void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx) {
        check("unaryGradient", x, dx.elements());
        check("unaryGradient", dy, dx.elements());
        each(KernelCatalog.UNARY_GRADIENT, dx.elements(), NONE, count(dx), at(x), at(dy), at(dx), op.ordinal());
    }

    @Override
    public void binary(Binary op, Tensor x, Tensor y, Tensor out) {
        Strided s = new Strided(out.shape().toArray(), x.shape().broadcastStrides(out.shape()),
                y.shape().broadcastStrides(out.shape()));
        requireAxes("binary", s);
        int[] a = new int[30];
        a[0] = count(out);
        a[1] = at(x);
        a[2] = at(y);
        a[3] = at(out);
        a[4] = op.ordinal();
        a[5] = s.axes();
        s.putExtents(a, 6);
        s.putStrides(0, a, 14);
        s.putStrides(1, a, 22);
        each(KernelCatalog.BINARY, out.elements(), NONE, a);
    }

    @Override
    public void affine(float scale, float shift, Tensor x, Tensor out) {
        check("affine", x, out.elements());
        each(KernelCatalog.AFFINE, out.elements(), new float[]{scale, shift}, count(out), at(x), at(out));
    }

    @Override
    public void addScaled(float scale, Tensor x, Tensor y) {
        check("addScaled", x, y.elements());
        each(KernelCatalog.ADD_SCALED, y.elements(), new float[]{scale}, count(y), at(x), at(y));
    }

    @Override
    public void sumTo(Tensor x, Tensor out) {
        if (x.elements() == 0) {
            fill(out, 0f);
            return;
        }
        int[] extents = x.shape().toArray();
        long[] strides = x.shape().broadcastStrides(x.shape());
        long[] kept = out.shape().broadcastStrides(x.shape());
        int[] keptExtents = extents.clone();
        int[] summedExtents = extents.clone();
        for (int i = 0; i < extents.length; i++) {
            if (kept[i] == 0) keptExtents[i] = 1;
            else summedExtents[i] = 1;
        }
        Strided outer = new Strided(keptExtents, strides);
        Strided inner = new Strided(summedExtents, strides);
        requireAxes("sumTo", outer);
        requireAxes("sumTo", inner);
        int outputs = count(out);
        int terms = count(x) / outputs;
        boolean columns = outer.axes() == 1 && outer.stride(0, 0) == 1 && inner.axes() == 1
                && inner.stride(0, 0) == outputs;
        if (columns) {
            launcher.launch(KernelCatalog.COLUMN_SUMS, new int[]{terms, outputs, at(x), at(out)}, NONE,
                    tiles(outputs, Reductions.COLUMNS), 1, 1);
            return;
        }
        int[] a = new int[40];
        a[0] = outputs;
        a[1] = terms;
        a[2] = at(x);
        a[3] = at(out);
        a[4] = outer.axes();
        a[5] = inner.axes();
        outer.putExtents(a, 8);
        outer.putStrides(0, a, 16);
        inner.putExtents(a, 24);
        inner.putStrides(0, a, 32);
        rows(KernelCatalog.SUM_TO, outputs, NONE, a);
    }

    @Override
    public double sumOfSquares(Tensor x) { return sumOfSquares(List.of(x)); }

    @Override
    public double sumOfSquares(List<Tensor> all) {
        int parts = Reductions.PARTS;
        try (Scratch partial = new Scratch(device, all.size() * parts + 1, DType.F32)) {
            int most = (Launcher.INTS - 8) / 2;
            for (int from = 0; from < all.size(); from += most) {
                List<Tensor> some = all.subList(from, Math.min(all.size(), from + most));
                int[] a = new int[8 + 2 * some.size()];
                a[0] = partial.place + from * parts;
                for (int i = 0; i < some.size(); i++) {
                    a[8 + 2 * i] = count(some.get(i));
                    a[9 + 2 * i] = at(some.get(i));
                }
                launcher.launch(KernelCatalog.SQUARES, a, NONE, parts, some.size(), 1);
            }
            int result = partial.place + all.size() * parts;
            rows(KernelCatalog.TOTAL, 1, new float[]{1f}, all.size() * parts, partial.place, result);
            return partial.read(all.size() * parts);
        }
    }

    @Override
    public void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (p.accumulate() && bias != null) throw new IllegalArgumentException("a product that adds has no bias");
        check("product", a, (long) p.batch() * p.m() * p.k());
        check("product", b, (long) p.batch() * p.k() * p.n());
        check("product", out, (long) p.batch() * p.m() * p.n());
        if (bias != null) check("product", bias, p.n());
        if ((long) p.batch() * p.m() * p.n() == 0) return;
        int[] args = {p.m(), p.n(), p.k(), p.transposeA() ? 1 : 0, p.transposeB() ? 1 : 0, p.accumulate() ? 1 : 0,
                at(a), at(b), at(bias, -1), at(out)};
        multiply(p, args);
    }

    /** @param args what {@link Products#product} expects; everything that it reaches was checked */
    void multiply(Product p, int[] args) {
        long large = (long) tiles(p.n(), Products.LARGE) * tiles(p.m(), Products.LARGE) * p.batch();
        boolean enough = large >= ENOUGH_TILES;
        int side = enough ? Products.LARGE : Products.TILE;
        launcher.launch(enough ? KernelCatalog.LARGE_PRODUCT : KernelCatalog.PRODUCT, args, NONE, tiles(p.n(), side),
                tiles(p.m(), side), p.batch());
    }

    @Override
    public void softmax(Tensor x, Tensor out) {
        check("softmax", x, out.elements());
        rows(KernelCatalog.SOFTMAX, rowsOf(out), NONE, out.shape().last(), at(x), at(out));
    }

    @Override
    public void softmaxGradient(Tensor y, Tensor dy, Tensor dx) {
        check("softmaxGradient", y, dx.elements());
        check("softmaxGradient", dy, dx.elements());
        rows(KernelCatalog.SOFTMAX_GRADIENT, rowsOf(dx), NONE, dx.shape().last(), at(y), at(dy), at(dx));
    }

    @Override
    public void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        check("layerNorm", x, out.elements());
        check("layerNorm", weight, out.shape().last());
        check("layerNorm", bias, out.shape().last());
        check("layerNorm", mean, rowsOf(out));
        check("layerNorm", rstd, rowsOf(out));
        rows(KernelCatalog.LAYER_NORM, rowsOf(out), new float[]{eps}, out.shape().last(), at(x), at(weight), at(bias),
                at(out), at(mean), at(rstd));
    }

    @Override
    public void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias) {
        int width = x.shape().last();
        check("layerNormGradient", dy, x.elements());
        check("layerNormGradient", mean, rowsOf(x));
        check("layerNormGradient", rstd, rowsOf(x));
        if (dx != null) {
            check("layerNormGradient", dx, x.elements());
            rows(KernelCatalog.LAYER_NORM_GRADIENT, rowsOf(x), NONE, width, at(x), at(weight), at(mean), at(rstd),
                    at(dy), at(dx));
        }
        if (dWeight == null && dBias == null) return;
        if (dWeight != null) check("layerNormGradient", dWeight, width);
        if (dBias != null) check("layerNormGradient", dBias, width);
        int[] a = {Math.toIntExact(rowsOf(x)), width, at(x), at(mean), at(rstd), at(dy), at(dWeight, -1),
                at(dBias, -1)};
        launcher.launch(KernelCatalog.LAYER_NORM_COLUMNS, a, NONE, tiles(width, Reductions.COLUMNS), 1, 1);
    }

    @Override
    public void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        attention.forward(a, q, k, v, bias, out, lse);
    }

    @Override
    public void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out,
            Tensor lse, Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias) {
        attention.gradient(a, q, k, v, bias, out, lse, dOut, dq, dk, dv, dBias);
    }

    /** @throws TensorException if an index is no row of the table: the host knows them all */
    private static void checkIndices(String op, Tensor indices, int rows, int lowest) {
        for (int i : indices.toInts()) {
            if (i < lowest || i >= rows) throw new TensorException(op + ": index " + i + " of " + rows + " rows");
        }
    }

    @Override
    public void gather(Tensor table, Tensor indices, Tensor out) {
        int width = table.shape().last();
        checkIndices("gather", indices, Math.toIntExact(rowsOf(table)), 0);
        check("gather", out, indices.elements() * width);
        each(KernelCatalog.GATHER, indices.elements() * width, NONE, count(indices), width, at(table), at(indices),
                at(out));
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
        int width = table.shape().last();
        int n = count(indices);
        checkIndices("scatterAdd", indices, Math.toIntExact(rowsOf(table)), 0);
        check("scatterAdd", rows, (long) n * width);
        if (n == 0) return;
        try (Scratch chain = new Scratch(device, 2 * n, DType.I32)) {
            each(KernelCatalog.CHAIN, n, NONE, n, at(indices), chain.place);
            each(KernelCatalog.SCATTER_ADD, (long) n * width, NONE, n, width, at(rows), at(indices), chain.place,
                    at(table));
        }
    }

    private static int counted(Tensor targets) {
        int counted = 0;
        for (int t : targets.toInts()) if (t >= 0) counted++;
        return counted;
    }

    @Override
    public void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse) {
        int classes = logits.shape().last();
        int n = count(targets);
        checkIndices("crossEntropy", targets, classes, Integer.MIN_VALUE);
        check("crossEntropy", logits, (long) n * classes);
        check("crossEntropy", lse, n);
        try (Scratch losses = new Scratch(device, n, DType.F32)) {
            rows(KernelCatalog.CROSS_ENTROPY, n, new float[]{smoothing}, classes, at(logits), at(targets), at(lse),
                    losses.place);
            rows(KernelCatalog.TOTAL, 1, new float[]{1f / counted(targets)}, n, losses.place, at(loss));
        }
    }

    @Override
    public void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss,
            Tensor dLogits) {
        int classes = logits.shape().last();
        int n = count(targets);
        check("crossEntropyGradient", logits, (long) n * classes);
        check("crossEntropyGradient", dLogits, (long) n * classes);
        each(KernelCatalog.CROSS_ENTROPY_GRADIENT, (long) n * classes, new float[]{smoothing, 1f / counted(targets)},
                n, classes, at(logits), at(targets), at(lse), at(dLoss), at(dLogits));
    }

    @Override
    public void gru(Tensor gi, Tensor gh, Tensor h, Tensor out) {
        int width = h.shape().last();
        checkGates("gru", gi, gh, h);
        check("gru", out, h.elements());
        each(KernelCatalog.GRU, h.elements(), NONE, Math.toIntExact(rowsOf(h)), width, at(gi), at(gh), at(h), at(out));
    }

    private static void checkGates(String op, Tensor gi, Tensor gh, Tensor h) {
        check(op, gi, 3 * h.elements());
        check(op, gh, 3 * h.elements());
    }

    @Override
    public void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH) {
        int width = h.shape().last();
        checkGates("gruGradient", gi, gh, h);
        checkGates("gruGradient", dGi, dGh, h);
        check("gruGradient", dOut, h.elements());
        check("gruGradient", dH, h.elements());
        each(KernelCatalog.GRU_GRADIENT, h.elements(), NONE, Math.toIntExact(rowsOf(h)), width, at(gi), at(gh), at(h),
                at(dOut), at(dGi), at(dGh), at(dH));
    }

    @Override
    public void dropout(float p, long seed, Tensor x, Tensor out) {
        check("dropout", x, out.elements());
        long threshold = (long) (p * 0x1p53);
        each(KernelCatalog.DROPOUT, out.elements(), new float[]{1 / (1 - p)}, count(out), at(x), at(out),
                (int) (seed >> 32), (int) seed, (int) (threshold >> 32), (int) threshold);
    }

    @Override
    public void adamW(AdamWStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        adamW(step, List.of(new AdamWSlot(parameter, gradient, m, v)));
    }

    @Override
    public void adamW(AdamWStep s, List<AdamWSlot> slots) {
        double correction1 = 1 - Math.pow(s.beta1(), s.step());
        double correction2 = 1 - Math.pow(s.beta2(), s.step());
        float[] f = {s.gradientScale(), s.beta1(), (float) (1 - (double) s.beta1()), s.beta2(),
                (float) (1 - (double) s.beta2()), (float) (s.learningRate() / correction1),
                (float) (1 / Math.sqrt(correction2)), s.eps(),
                (float) (1 - (double) s.learningRate() * s.weightDecay())};
        for (int from = 0; from < slots.size(); from += SLOTS) {
            List<AdamWSlot> some = slots.subList(from, Math.min(slots.size(), from + SLOTS));
            int[] a = new int[5 * some.size()];
            long most = 0;
            for (int i = 0; i < some.size(); i++) {
                AdamWSlot slot = some.get(i);
                check("adamW", slot.gradient(), slot.parameter().elements());
                check("adamW", slot.m(), slot.parameter().elements());
                check("adamW", slot.v(), slot.parameter().elements());
                most = Math.max(most, slot.parameter().elements());
                a[5 * i] = count(slot.parameter());
                a[5 * i + 1] = at(slot.parameter());
                a[5 * i + 2] = at(slot.gradient());
                a[5 * i + 3] = at(slot.m());
                a[5 * i + 4] = at(slot.v());
            }
            launcher.launch(KernelCatalog.ADAM_W, a, f,
                    Math.min(Optimizers.MOST_GROUPS, Math.max(1, Launcher.groups(most))),
                    some.size(), 1);
        }
    }

    @Override
    public void sgd(float learningRate, float momentum, float decay, float gradientScale, Tensor parameter,
            Tensor gradient, Tensor velocity) {
        check("sgd", gradient, parameter.elements());
        check("sgd", velocity, parameter.elements());
        each(KernelCatalog.SGD, parameter.elements(), new float[]{learningRate, momentum, decay, gradientScale},
                count(parameter), at(parameter), at(gradient), at(velocity));
    }
}
