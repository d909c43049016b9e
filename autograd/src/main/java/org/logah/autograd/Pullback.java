package org.logah.autograd;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * What an operation's gradient rule works with: it reads the operation's inputs and outputs and the gradient of its result, and
 * {@linkplain #give gives} the gradients of the inputs. What it allocates goes back when the rule has run, except what was given.
 *
 * @param <A> the type of the operation's attributes
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

    /** {@return what the operation got beside tensors} */
    public A attributes() { return node.attributes(); }

    /** {@return what computes on the tape's device} */
    public Kernels kernels() { return tape.device().kernels(); }

    /** {@return how many inputs the operation had} */
    public int inputs() { return node.inputs().length; }

    /**
     * An input's value.
     *
     * @param i counted from 0
     * @return its tensor, to be read only
     */
    public Tensor in(int i) { return node.inputs()[i].value(); }

    /**
     * An output: the result's value, or one of those kept for the gradient.
     *
     * @param i 0 for the result
     * @return its tensor, to be read only
     */
    public Tensor out(int i) { return node.outputs()[i]; }

    /** {@return the gradient of the result, of its shape, to be read only} */
    public Tensor dy() { return dy; }

    /**
     * Whether anybody asks for the gradient of an input.
     *
     * @param i counted from 0; there may be fewer inputs
     * @return whether its gradient is worth computing
     */
    public boolean needs(int i) { return i < node.inputs().length && node.inputs()[i].requiresGradient(); }

    /**
     * Memory for a gradient, or for what leads to one.
     *
     * @param shape of the tensor
     * @return a float tensor of undefined content
     */
    public Tensor fresh(Shape shape) {
        Tensor t = tape.scope().allocate(shape);
        temporaries.add(t);
        return t;
    }

    /**
     * Memory for the gradient of an input, to be written and then given: a parameter's own where it has no gradient yet,
     * so that nothing needs to be copied.
     *
     * @param i counted from 0
     * @return a float tensor of the input's shape with undefined content
     */
    public Tensor gradientOf(int i) {
        Tensor own = node.inputs()[i].lendGradient();
        return own != null ? own : fresh(in(i).shape());
    }

    /**
     * The gradient that a parameter has already, to be added to in place.
     *
     * @param i counted from 0
     * @return the gradient; null where there is none yet, or the input is no parameter
     */
    @Nullable
    public Tensor gradientSoFar(int i) { return node.inputs()[i].isParameter() ? node.inputs()[i].gradient() : null; }

    /**
     * Memory that is zero.
     *
     * @param shape of the tensor
     * @return a float tensor of zeros
     */
    public Tensor zeros(Shape shape) {
        Tensor t = fresh(shape);
        kernels().fill(t, 0f);
        return t;
    }

    /**
     * Computes an elementwise function with broadcasting.
     *
     * @param op the function
     * @param a its first argument
     * @param b its second argument
     * @return the result in memory of its own
     */
    public Tensor binary(Binary op, Tensor a, Tensor b) {
        Tensor t = fresh(Shape.broadcast(op.name(), a.shape(), b.shape()));
        kernels().binary(op, a, b, t);
        return t;
    }

    /**
     * Sums the gradient of what was broadcast back to the shape that it had before.
     *
     * @param gradient of the broadcast shape
     * @param shape before broadcasting
     * @return a tensor of that shape: the gradient itself where nothing was broadcast
     */
    public Tensor reduce(Tensor gradient, Shape shape) {
        if (gradient.shape().equals(shape)) return gradient;
        Tensor t = fresh(shape);
        kernels().sumTo(gradient, t);
        return t;
    }

    /**
     * Hands over the gradient of an input, or one more share of it; where nobody asks for it nothing happens.
     *
     * @param i counted from 0
     * @param gradient of the input's shape; it must not be written to afterwards
     */
    public void give(int i, Tensor gradient) { if (needs(i)) node.inputs()[i].accumulate(tape, gradient); }

    void run() {
        node.op().gradient().run(this);
        for (Tensor t : temporaries) t.storage().release();
    }
}
