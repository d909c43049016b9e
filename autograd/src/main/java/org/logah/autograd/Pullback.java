package org.logah.autograd;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * What a gradient rule sees: the inputs and outputs of one recorded operation and the gradient of its result; and where it
 * hands the gradients of the inputs.
 */
public final class Pullback<A> {
    private final Tape tape;
    private final Tape.Node<A> node;
    private final Tensor dy;
    private final List<Tensor> temporaries = new ArrayList<>();

    Pullback(Tape tape, Tape.Node<A> node, Tensor dy) {
        this.tape = tape;
        this.node = node;
        this.dy = dy;
    }

    public A attributes() { return node.attributes(); }

    public Kernels kernels() { return tape.device().kernels(); }

    public int inputs() { return node.inputs().length; }

    public Tensor in(int i) { return node.inputs()[i].value(); }

    public Tensor out(int i) { return node.outputs()[i]; }

    /** Gradient of the result. */
    public Tensor dy() { return dy; }

    /** Whether anybody asks for the gradient of input {@code i}. */
    public boolean needs(int i) {
        return i < node.inputs().length && node.inputs()[i].requiresGradient();
    }

    /** Scratch or result memory with undefined content. */
    public Tensor fresh(Shape shape) {
        Tensor t = tape.scope().allocate(shape);
        temporaries.add(t);
        return t;
    }

    /**
     * Memory for the gradient of input {@code i}, to be written and then given: a parameter's own where it has no gradient yet,
     * so that nothing needs to be copied.
     */
    public Tensor gradientOf(int i) {
        Tensor own = node.inputs()[i].lendGradient();
        return own != null ? own : fresh(in(i).shape());
    }

    /** The gradient that parameter {@code i} has already, to be added to in place; null where there is none. */
    @Nullable
    public Tensor gradientSoFar(int i) { return node.inputs()[i].isParameter() ? node.inputs()[i].gradient() : null; }

    public Tensor zeros(Shape shape) {
        Tensor t = fresh(shape);
        kernels().fill(t, 0f);
        return t;
    }

    public Tensor binary(Binary op, Tensor a, Tensor b) {
        Tensor t = fresh(Shape.broadcast(op.name(), a.shape(), b.shape()));
        kernels().binary(op, a, b, t);
        return t;
    }

    /** Sums a broadcast gradient back to the shape of what was broadcast. */
    public Tensor reduce(Tensor gradient, Shape shape) {
        if (gradient.shape().equals(shape)) return gradient;
        Tensor t = fresh(shape);
        kernels().sumTo(gradient, t);
        return t;
    }

    /** Hands over the gradient of input {@code i}, which must not be written to afterwards. */
    public void give(int i, Tensor gradient) {
        if (needs(i)) node.inputs()[i].accumulate(tape, gradient);
    }

    void run() {
        node.op().gradient().run(this);
        for (Tensor t : temporaries) t.storage().release();
    }
}
