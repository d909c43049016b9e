package org.logah.autograd;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * One row of the table {@link Ops}: what an operation is, what it makes of its inputs' shapes, how it computes, and how
 * gradients flow back. The first output is the result; further ones are kept for the gradient only.
 *
 * @param <A> the operation's attributes
 * @param name as errors, traced graphs and the page of operations call it
 * @param definition what it computes, in words and formulas
 * @param shapes the shapes of its outputs, or an error
 * @param forward computes the outputs with a device's kernels; an operation without kernels of its own runs its loop by
 * {@link Kernels#plainLoop}
 * @param gradient hands each input's gradient over
 * @param view for an operation whose result is its first input's memory: that memory under the result's shape; else null
 */
public record Op<A>(String name, Definition definition, ShapeRule<A> shapes, Forward<A> forward, Gradient<A> gradient,
        @Nullable View<A> view) {

    /**
     * An operation whose outputs have memory of their own.
     *
     * @param name as errors, traced graphs and the page of operations call it
     * @param definition what it computes, in words and formulas
     * @param shapes the shapes of its outputs, or an error
     * @param forward computes the outputs with a device's kernels
     * @param gradient hands each input's gradient over
     */
    public Op(String name, Definition definition, ShapeRule<A> shapes, Forward<A> forward, Gradient<A> gradient) {
        this(name, definition, shapes, forward, gradient, null);
    }

    /** An operation whose result is its input's memory under another shape. */
    static <A> Op<A> ofView(String name, Definition definition, View<A> view, Gradient<A> gradient) {
        return new Op<>(name, definition, (_, in) -> new Shape[]{in[0]}, (_, _, _, _) -> {}, gradient, view);
    }

    /** An operation that writes its result over its first input. */
    static <A> Op<A> inPlace(String name, Definition definition, Forward<A> forward, Gradient<A> gradient) {
        return new Op<>(name, definition, (_, in) -> new Shape[]{in[0]}, forward, gradient, (_, in) -> in);
    }

    /**
     * What an operation computes, as the page of operations says it.
     *
     * @param inputs its inputs and their shapes
     * @param result the shape of its result
     * @param equation the result {@code y}, with the paper where it follows one
     * @param gradient the gradients of its inputs ({@code dx} of input {@code x}) from that of the result, {@code dy}
     */
    public record Definition(String inputs, String result, String equation, String gradient) {}

    /**
     * What an operation makes of its inputs' shapes.
     *
     * @param <A> the operation's attributes
     */
    @FunctionalInterface
    public interface ShapeRule<A> {
        /**
         * Checks the shapes of the inputs.
         *
         * @param attributes what the operation gets beside tensors
         * @param in shapes of the inputs
         * @return shapes of the outputs: the result's, then those of what is kept for the gradient
         * @throws org.logah.engine.TensorException that names the shapes where they do not fit
         */
        Shape[] of(A attributes, Shape[] in);
    }

    /**
     * How an operation computes.
     *
     * @param <A> the operation's attributes
     */
    @FunctionalInterface
    public interface Forward<A> {
        /**
         * Computes the outputs; shapes were checked.
         *
         * @param kernels of the device that the tensors are on
         * @param attributes what the operation gets beside tensors
         * @param in the inputs
         * @param out the outputs, of undefined content
         */
        void run(Kernels kernels, A attributes, Tensor[] in, Tensor[] out);
    }

    /**
     * How gradients flow back through an operation.
     *
     * @param <A> the operation's attributes
     */
    @FunctionalInterface
    public interface Gradient<A> {
        /**
         * Gives the gradient of each input that needs one.
         *
         * @param pullback has inputs, outputs and the result's gradient, and takes those of the inputs
         */
        void run(Pullback<A> pullback);
    }

    /**
     * How a result lies in its input's memory.
     *
     * @param <A> the operation's attributes
     */
    @FunctionalInterface
    public interface View<A> {
        /**
         * Makes the handle.
         *
         * @param attributes what the operation gets beside tensors
         * @param in the first input
         * @return a tensor on the same memory
         * @throws org.logah.engine.TensorException where the shapes do not fit
         */
        Tensor of(A attributes, Tensor in);
    }

    /** {@return the operation's name} */
    @Override
    public String toString() { return name; }
}
