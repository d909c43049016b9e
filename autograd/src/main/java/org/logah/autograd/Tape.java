package org.logah.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/**
 * Records operations in order and runs them backwards once: reverse-mode differentiation.
 *
 * <p>The tape owns everything that is computed on it, intermediate gradients included, and gives that memory back when it is
 * closed; {@link #freeing} tapes give values back earlier, during the backward pass. Using a value whose memory went back is an
 * {@link IllegalStateException}, and so is any use of a closed tape. What must live longer is copied out before the tape is
 * closed: {@link Parameters#copyTo}, {@link Tensor#copyTo}, or as numbers with {@link Tensor#toFloats} and {@link Tensor#item}.
 * Parameters and their gradients are no tape's: they outlive it.
 *
 * <p>Not thread-safe; one tape per step.
 */
public final class Tape implements AutoCloseable {
    private enum Mode {
        /** Records what gradients need. */
        TRAINING,
        /** Records nothing. */
        INFERENCE,
        /** Records everything, constants too: for reading a network's structure. */
        TRACING
    }

    private final Device device;
    private final Mode mode;
    private final boolean frees;
    private final Scope scope;
    private final List<Node<?>> nodes = new ArrayList<>();
    private boolean ranBackwards;
    /** What was computed last, if it is a product. */
    private @Nullable Variable lastProduct;

    private Tape(Device device, String name, Mode mode, boolean frees) {
        this.device = device;
        this.mode = mode;
        this.frees = frees;
        this.scope = new Scope(device, name);
    }

    /**
     * A tape that records for {@link #backward(Variable)}; what it computes can be read until it is closed.
     *
     * @param device where it computes
     */
    public Tape(Device device) { this(device, "a tape", Mode.TRAINING, false); }

    /**
     * A tape for training steps: the backward pass gives the memory of each value back as soon as its gradient has gone on.
     * After it, only the value that it started from, gradients that were {@linkplain Variable#keepGradient kept} and what is no
     * tape's (parameters, their gradients) can be read.
     *
     * @param device where it computes
     * @return a new tape
     */
    public static Tape freeing(Device device) { return new Tape(device, "Tape.freeing", Mode.TRAINING, true); }

    /**
     * A tape that only owns memory: nothing is recorded, so no gradients flow.
     *
     * @param device where it computes
     * @return a new tape
     */
    public static Tape inference(Device device) { return new Tape(device, "Tape.inference", Mode.INFERENCE, false); }

    /**
     * A tape that records every operation, whether gradients flow through it or not: a network's structure can be read off its
     * {@linkplain #nodes() nodes}.
     *
     * @param device where it computes, mostly one without data
     * @return a new tape
     */
    public static Tape tracing(Device device) { return new Tape(device, "Tape.tracing", Mode.TRACING, false); }

    /** {@return where it computes} */
    public Device device() { return device; }

    /** {@return whether every operation is recorded, so that a network's structure can be read} */
    public boolean isTracing() {
        return mode == Mode.TRACING;
    }

    /** {@return the memory of everything computed here; it is closed with the tape} */
    public Scope scope() {
        return scope;
    }

    /** {@return the operations recorded so far, in order; a backward pass takes them away} */
    public List<Node<?>> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /**
     * A leaf of this tape that gradients flow to.
     *
     * @param name for messages
     * @param value its tensor, whose memory stays its owner's
     * @return a variable whose gradient can be read after the backward pass, until the tape is closed
     * @throws IllegalStateException if the tape is closed, or the tensor's memory was given back
     */
    public Variable input(String name, Tensor value) {
        requireOpen();
        value.requireLive();
        return Variable.of(this, name, value, mode != Mode.INFERENCE);
    }

    /**
     * Computes one operation and records it where gradients need it.
     *
     * @param op the operation
     * @param attributes what it needs beside tensors
     * @param inputs its operands, as the operation's row in {@link Ops} names them
     * @param <A> the type of the attributes
     * @return the result, whose memory is this tape's
     * @throws TensorException if the operands' shapes do not fit
     * @throws IllegalArgumentException if a gradient would have to flow to a result or input of another tape
     * @throws IllegalStateException if the tape is closed, or an operand's memory was given back or overwritten
     */
    public <A> Variable apply(Op<A> op, A attributes, Variable... inputs) {
        requireOpen();
        Tensor[] in = new Tensor[inputs.length];
        boolean gradient = false;
        for (int i = 0; i < in.length; i++) {
            inputs[i].requireNumbers();
            if (mode != Mode.INFERENCE) inputs[i].requireOn(this);
            in[i] = inputs[i].value();
            gradient |= inputs[i].requiresGradient();
        }
        Tensor[] out;
        Op.View<A> view = op.view();
        if (view != null) {
            out = new Tensor[]{view.of(attributes, in[0])};
            op.forward().run(device.kernels(), attributes, in, out);
        } else {
            Shape[] shapesIn = new Shape[in.length];
            for (int i = 0; i < in.length; i++) shapesIn[i] = in[i].shape();
            Shape[] shapes = op.shapes().of(attributes, shapesIn);
            out = new Tensor[shapes.length];
            for (int i = 0; i < out.length; i++) out[i] = scope.allocate(shapes[i]);
            op.forward().run(device.kernels(), attributes, in, out);
        }
        Variable result = Variable.of(this, op.name(), out[0], gradient && mode != Mode.INFERENCE);
        lastProduct = isProduct(op) ? result : null;
        if (mode == Mode.TRACING || result.requiresGradient()) {
            // A view is one more holder of its memory: the backward pass takes one away for each node.
            if (frees && view != null) in[0].storage().retain();
            nodes.add(new Node<>(op, attributes, inputs.clone(), out, result));
        }
        return result;
    }

    /** Whether a result may be overwritten by the next operation: it is a product, whose gradient does not read it, and was just computed. */
    boolean mayOverwrite(Variable result) {
        return result == lastProduct;
    }

    @SuppressWarnings("ReferenceEquality") // the very row of the table
    private static boolean isProduct(Op<?> op) { return op == Ops.PRODUCT; }

    /**
     * Says that nobody will read a result of this tape again: where nothing is recorded its memory is free at once, and reading
     * it is an error from then on; elsewhere nothing happens.
     *
     * @param result a value that was computed here and is no view of another
     */
    public void discard(Variable result) { if (mode == Mode.INFERENCE) result.value().storage().release(); }

    /**
     * Back-propagates from a scalar with gradient 1.
     *
     * @param loss what this tape computed, of one element
     * @throws IllegalArgumentException if it has more elements, no gradient flows to it, or another tape computed it
     * @throws IllegalStateException if the tape is closed, ran backwards before, or does not record for gradients
     */
    public void backward(Variable loss) {
        requireBackward(loss);
        if (loss.value().elements() != 1) {
            throw new IllegalArgumentException("backward: " + loss.shape() + " is not a scalar; pass its gradient");
        }
        Tensor one = scope.allocate(loss.shape());
        device.kernels().fill(one, 1f);
        backward(loss, one);
    }

    /**
     * Back-propagates a given gradient of {@code output} to everything that it was computed from. A tape runs backwards once.
     * Gradients of parameters add up over tapes; those of other variables are gone when it returns, but for inputs and those
     * that {@linkplain Variable#keepGradient were asked for}.
     *
     * @param output what this tape computed
     * @param gradient of its shape
     * @throws TensorException if it has another shape; the tape has not run backwards then
     * @throws IllegalArgumentException if no gradient flows to the output, or another tape computed it
     * @throws IllegalStateException if the tape is closed, ran backwards before, or does not record for gradients
     */
    public void backward(Variable output, Tensor gradient) {
        requireBackward(output);
        requireShape(output, gradient);
        ranBackwards = true;
        output.accumulate(this, gradient);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node<?> node = nodes.removeLast();
            pullBack(node);
            if (frees && node.result() != output) node.release();
        }
    }

    private <A> void pullBack(Node<A> node) {
        Tensor dy = node.result().gradient();
        if (dy == null) return;
        new Pullback<>(this, node, dy).run();
        node.result().dropGradient();
    }

    private void requireOpen() {
        if (scope.isClosed())
            throw new IllegalStateException(scope + " is closed and computes nothing; open a new one");
    }

    private void requireBackward(Variable output) {
        requireOpen();
        if (ranBackwards)
            throw new IllegalStateException(
                    scope + " ran backwards already, and does so once; compute the next step on a new tape");
        if (mode != Mode.TRAINING)
            throw new IllegalStateException(scope + " does not record for gradients; use new Tape(device)");
        if (!output.requiresGradient())
            throw new IllegalArgumentException("backward: no gradient flows to " + output.name());
        output.requireOn(this);
    }

    private static void requireShape(Variable output, Tensor gradient) {
        if (!gradient.shape().equals(output.shape()))
            throw new TensorException("backward: a gradient " + gradient.shape() + " of " + output.name() + " "
                    + output.shape() + "; they have one shape");
    }

    /** Gives the memory of all that was computed back. Closing a second time does nothing. */
    @Override
    public void close() {
        if (frees) {
            // Views whose nodes never ran backwards still hold the memory of their input.
            for (Node<?> node : nodes) if (node.op().view() != null) node.inputs()[0].value().storage().release();
        }
        nodes.clear();
        scope.close();
    }

    /**
     * One recorded operation.
     *
     * @param op the operation
     * @param attributes what it got beside tensors
     * @param inputs its operands
     * @param outputs the result's tensor, then those kept for the gradient
     * @param result its result
     * @param <A> the type of the attributes
     */
    @SuppressWarnings("ArrayRecordComponent") // nodes are equal where they are the same
    public record Node<A>(Op<A> op, A attributes, Variable[] inputs, Tensor[] outputs, Variable result) {
        /** {@return whether the other is this very node: the same operation may be recorded many times} */
        @Override
        public boolean equals(@Nullable Object other) { return this == other; }

        @Override
        public int hashCode() { return System.identityHashCode(this); }

        /** Nobody reads its outputs any more: nodes behind it have run backwards, and so has it. */
        void release() {
            for (Tensor t : outputs) t.storage().release();
        }
    }
}
