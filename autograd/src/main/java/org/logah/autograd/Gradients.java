package org.logah.autograd;

import static org.logah.autograd.ShapeRules.apart;
import static org.logah.autograd.ShapeRules.block;
import static org.logah.autograd.ShapeRules.flatten;
import static org.logah.autograd.ShapeRules.packed;
import static org.logah.autograd.ShapeRules.productInto;
import static org.logah.autograd.ShapeRules.reversed;

import org.logah.engine.Binary;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/** The longer gradients of the operations of {@link Ops}, whose rows say them as formulas. */
final class Gradients {
    private Gradients() {}

    static void binary(Pullback<Binary> p) {
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
    }

    static Tensor scaled(Pullback<?> p, float scale, Tensor x) {
        if (scale == 1f) return x;
        Tensor t = p.fresh(x.shape());
        p.kernels().affine(scale, 0f, x, t);
        return t;
    }

    static void product(Pullback<Ops.Transposes> p) {
        Ops.Transposes t = p.attributes();
        if (p.needs(0)) {
            Tensor da = p.fresh(p.in(0).shape());
            if (t.a()) productInto(p, new Ops.Transposes(t.b(), true), p.in(1), p.dy(), da);
            else productInto(p, new Ops.Transposes(false, !t.b()), p.dy(), p.in(1), da);
            p.give(0, da);
        }
        if (p.needs(1)) {
            Tensor db = p.gradientOf(1);
            Tensor a = flatten(p.in(0), p.in(1));
            Tensor dy = flatten(p.dy(), p.in(1));
            if (t.b()) productInto(p, new Ops.Transposes(true, t.a()), dy, a, db);
            else productInto(p, new Ops.Transposes(!t.a(), false), a, dy, db);
            p.give(1, db);
        }
        if (p.needs(2)) p.give(2, p.reduce(p.dy(), p.in(2).shape()));
    }

    static void concat(Pullback<Integer> p) {
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
    }

    static void slice(Pullback<Ops.Slice> p) {
        Ops.Slice s = p.attributes();
        Tensor soFar = p.gradientSoFar(0);
        if (soFar != null && s.axis() == 0) {
            p.kernels().addScaled(1f, p.dy(), soFar.slice(s.from(), s.count()));
            return;
        }
        Tensor dx = p.gradientOf(0);
        p.kernels().fill(dx, 0f);
        p.kernels().copyBlocks(block(p.dy().shape(), dx.shape(), s.axis(), s.from()), p.dy(), dx);
        p.give(0, dx);
    }

    static void layerNorm(Pullback<Float> p) {
        Tensor dx = p.needs(0) ? p.fresh(p.in(0).shape()) : null;
        Tensor dw = p.needs(1) ? p.fresh(p.in(1).shape()) : null;
        Tensor db = p.needs(2) ? p.fresh(p.in(2).shape()) : null;
        p.kernels().layerNormGradient(p.in(0), p.in(1), p.out(1), p.out(2), p.dy(), dx, dw, db);
        if (dx != null) p.give(0, dx);
        if (dw != null) p.give(1, dw);
        if (db != null) p.give(2, db);
    }

    static void rmsNorm(Pullback<Float> p) {
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
    }

    static void attention(Pullback<Ops.Heads> p) {
        Tensor qkv = p.in(0);
        Tensor dqkv = p.fresh(qkv.shape());
        Tensor bias = p.inputs() > 1 ? p.in(1) : null;
        Tensor dBias = bias != null && p.needs(1) ? p.fresh(bias.shape()) : null;
        p.kernels().attentionGradient(packed(p.attributes(), qkv.shape()), qkv, qkv, qkv, bias, p.out(0), p.out(1),
                p.dy(), dqkv, dqkv, dqkv, dBias);
        p.give(0, dqkv);
        if (dBias != null) p.give(1, dBias);
    }

    static void crossAttention(Pullback<Ops.Heads> p) {
        Tensor dq = p.fresh(p.in(0).shape());
        Tensor dk = p.fresh(p.in(1).shape());
        Tensor dv = p.fresh(p.in(2).shape());
        Tensor bias = p.inputs() > 3 ? p.in(3) : null;
        Tensor dBias = bias != null && p.needs(3) ? p.fresh(bias.shape()) : null;
        p.kernels().attentionGradient(apart(p.attributes(), dq.shape(), dk.shape()), p.in(0), p.in(1), p.in(2), bias,
                p.out(0), p.out(1), p.dy(), dq, dk, dv, dBias);
        p.give(0, dq);
        p.give(1, dk);
        p.give(2, dv);
        if (dBias != null) p.give(3, dBias);
    }

    static void gather(Pullback<Tensor> p) {
        Tensor soFar = p.gradientSoFar(0);
        Tensor dTable = soFar != null ? soFar : p.gradientOf(0);
        if (soFar == null) p.kernels().fill(dTable, 0f);
        p.kernels().scatterAdd(p.dy(), p.attributes(), dTable);
        if (soFar == null) p.give(0, dTable);
    }

    static void gru(Pullback<Ops.Nothing> p) {
        Tensor di = p.fresh(p.in(0).shape());
        Tensor dh = p.fresh(p.in(1).shape());
        Tensor ds = p.fresh(p.in(2).shape());
        p.kernels().gruGradient(p.in(0), p.in(1), p.in(2), p.dy(), di, dh, ds);
        p.give(0, di);
        p.give(1, dh);
        p.give(2, ds);
    }
}
