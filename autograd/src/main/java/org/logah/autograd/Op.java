package org.logah.autograd;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * One row of the table {@link Ops}: what an operation makes of its inputs' shapes, how it computes, and how gradients flow
 * back. The first output is the result; further ones are kept for the gradient only.
 *
 * @param <A> the operation's attributes
 */
public record Op<A>(String name, ShapeRule<A> shapes, Forward<A> forward, Gradient<A> gradient,
        @Nullable View<A> view) {

    public Op(String name, ShapeRule<A> shapes, Forward<A> forward, Gradient<A> gradient) {
        this(name, shapes, forward, gradient, null);
    }

    /** An operation whose result is its input's memory under another shape. */
    static <A> Op<A> ofView(String name, View<A> view, Gradient<A> gradient) {
        return new Op<>(name, (_, in) -> new Shape[]{in[0]}, (_, _, _, _) -> {}, gradient, view);
    }

    /** An operation that writes its result over its first input. */
    static <A> Op<A> inPlace(String name, Forward<A> forward, Gradient<A> gradient) {
        return new Op<>(name, (_, in) -> new Shape[]{in[0]}, forward, gradient, (_, in) -> in);
    }

    /** The shapes of the outputs; throws a {@code TensorException} that names the shapes where they do not fit. */
    @FunctionalInterface
    public interface ShapeRule<A> { Shape[] of(A attributes, Shape[] in); }

    @FunctionalInterface
    public interface Forward<A> { void run(Kernels kernels, A attributes, Tensor[] in, Tensor[] out); }

    @FunctionalInterface
    public interface Gradient<A> { void run(Pullback<A> pullback); }

    @FunctionalInterface
    public interface View<A> { Tensor of(A attributes, Tensor in); }

    @Override
    public String toString() { return name; }
}
