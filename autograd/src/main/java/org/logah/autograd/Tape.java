package org.logah.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * Records operations in order and runs them backwards. All values that it computes live in its scope: closing the tape
 * gives their memory back. Not thread-safe; one tape per step.
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

    private Tape(Device device, Mode mode, boolean frees) {
        this.device = device;
        this.mode = mode;
        this.frees = frees;
        this.scope = new Scope(device);
    }

    /** A tape that records for {@link #backward}; what it computes can be read until it closes. */
    public Tape(Device device) {
        this(device, Mode.TRAINING, false);
    }

    /**
     * A tape for training steps: the backward pass gives the memory of each value back as soon as its gradient has gone on.
     * After it, only the value that it started from and what is no tape's (parameters, their gradients) can be read.
     */
    public static Tape freeing(Device device) { return new Tape(device, Mode.TRAINING, true); }

    /** A tape that only owns memory: nothing is recorded. */
    public static Tape inference(Device device) {
        return new Tape(device, Mode.INFERENCE, false);
    }

    /** A tape that records every operation, whether gradients flow through it or not. */
    public static Tape tracing(Device device) {
        return new Tape(device, Mode.TRACING, false);
    }

    public Device device() { return device; }

    /** Whether every operation is recorded, so that a network's structure can be read. */
    public boolean isTracing() {
        return mode == Mode.TRACING;
    }

    /** The memory of everything computed here. */
    public Scope scope() { return scope; }

    /** The operations recorded so far, in order. */
    public List<Node<?>> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /** A leaf of this tape that gradients flow to. */
    public Variable input(String name, Tensor value) {
        return new Variable(name, value, mode != Mode.INFERENCE, false);
    }

    /** Computes one operation and records it. */
    public <A> Variable apply(Op<A> op, A attributes, Variable... inputs) {
        Tensor[] in = new Tensor[inputs.length];
        boolean gradient = false;
        for (int i = 0; i < in.length; i++) {
            in[i] = inputs[i].value();
            gradient |= inputs[i].requiresGradient();
        }
        Tensor[] out;
        Op.View<A> view = op.view();
        if (view != null) {
            out = new Tensor[]{view.of(attributes, in[0])};
            op.forward().run(device.kernels(), attributes, in, out);
            if (frees) in[0].storage().retain();
        } else {
            Shape[] shapesIn = new Shape[in.length];
            for (int i = 0; i < in.length; i++) shapesIn[i] = in[i].shape();
            Shape[] shapes = op.shapes().of(attributes, shapesIn);
            out = new Tensor[shapes.length];
            for (int i = 0; i < out.length; i++) out[i] = scope.allocate(shapes[i]);
            op.forward().run(device.kernels(), attributes, in, out);
        }
        Variable result = new Variable(op.name(), out[0], gradient && mode != Mode.INFERENCE, false);
        if (mode == Mode.TRACING || result.requiresGradient()) {
            nodes.add(new Node<>(op, attributes, inputs.clone(), out, result));
        }
        return result;
    }

    /**
     * Whether a result may be overwritten by the next operation: it was just computed, and its gradient does not read it. Where
     * nothing is recorded no gradient reads anything.
     */
    boolean mayOverwrite(Variable result) {
        if (mode != Mode.TRACING && !result.requiresGradient()) return !result.isParameter();
        return !nodes.isEmpty() && nodes.getLast().result() == result && nodes.getLast().op() == Ops.PRODUCT;
    }

    /**
     * A result of this tape that nobody will read again: where nothing is recorded its memory is free at once. It must be no
     * view of another.
     */
    public void discard(Variable result) { if (mode == Mode.INFERENCE) result.value().storage().release(); }

    /** Back-propagates from a scalar with gradient 1. */
    public void backward(Variable loss) {
        if (loss.value().elements() != 1) {
            throw new IllegalArgumentException("backward: " + loss.shape() + " is not a scalar; pass its gradient");
        }
        Tensor one = scope.allocate(loss.shape());
        device.kernels().fill(one, 1f);
        backward(loss, one);
    }

    /** Back-propagates a given gradient of {@code output}. A tape runs backwards once. */
    public void backward(Variable output, Tensor gradient) {
        if (mode != Mode.TRAINING) throw new IllegalStateException("this tape does not record for gradients");
        if (!output.requiresGradient())
            throw new IllegalArgumentException("backward: no gradient flows to " + output.name());
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

    @Override
    public void close() {
        nodes.clear();
        scope.close();
    }

    /** One recorded operation. */
    public record Node<A>(Op<A> op, A attributes, Variable[] inputs, Tensor[] outputs, Variable result) {
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
