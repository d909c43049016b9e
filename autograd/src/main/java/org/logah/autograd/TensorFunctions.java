package org.logah.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;

/**
 * The general part of {@link Functions}: constants, arithmetic, sums, matrix products and shapes. What belongs to neural networks
 * is there.
 */
public abstract sealed class TensorFunctions permits Functions {
    final Tape tape;

    TensorFunctions(Tape tape) { this.tape = tape; }

    /** {@return the tape that records what is computed and owns it} */
    public Tape tape() { return tape; }

    /**
     * An index tensor that lives as long as the tape.
     *
     * @param values the indices
     * @return {@code [values.length]}
     */
    public Tensor indices(int... values) {
        Tensor t = tape.scope().allocate(Shape.of(values.length), DType.I32);
        return tape.device().hasData() ? t.set(values) : t;
    }

    /**
     * A constant that lives as long as the tape.
     *
     * @param shape of the constant
     * @param values its elements in row-major order
     * @return a variable that no gradient flows to
     */
    public Variable constant(Shape shape, float... values) {
        Tensor t = tape.scope().allocate(shape);
        return Variable.constant(tape.device().hasData() ? t.set(values) : t);
    }

    /**
     * Zeros that live as long as the tape.
     *
     * @param shape of the constant
     * @return a variable that no gradient flows to
     */
    public Variable zeros(Shape shape) {
        Tensor t = tape.scope().allocate(shape);
        tape.device().kernels().fill(t, 0f);
        return Variable.constant(t);
    }

    /**
     * The sum {@code a + b}, with numpy's broadcasting.
     *
     * @param a one operand
     * @param b the other
     * @return the sum, of the broadcast shape
     */
    public Variable add(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.ADD, a, b); }

    /**
     * The difference {@code a - b}, with numpy's broadcasting.
     *
     * @param a the first operand
     * @param b the second
     * @return the result, of the broadcast shape
     */
    public Variable subtract(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.SUBTRACT, a, b); }

    /**
     * The product {@code a b}, element by element, with numpy's broadcasting.
     *
     * @param a the first operand
     * @param b the second
     * @return the result, of the broadcast shape
     */
    public Variable multiply(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.MULTIPLY, a, b); }

    /**
     * The quotient {@code a / b}, element by element, with numpy's broadcasting.
     *
     * @param a the first operand
     * @param b the second
     * @return the result, of the broadcast shape
     */
    public Variable divide(Variable a, Variable b) { return tape.apply(Ops.BINARY, Binary.DIVIDE, a, b); }

    /**
     * A multiple {@code factor * x}.
     *
     * @param x of any shape
     * @param factor multiplies each element
     * @return the multiple; {@code x} itself where the factor is 1
     */
    public Variable scale(Variable x, double factor) { return factor == 1 ? x : affine(x, factor, 0); }

    /**
     * The linear function {@code scale * x + shift} of each element.
     *
     * @param x of any shape
     * @param scale multiplies each element
     * @param shift is added to each
     * @return a value of the same shape
     */
    public Variable affine(Variable x, double scale, double shift) {
        return tape.apply(Ops.AFFINE, new Ops.Affine((float) scale, (float) shift), x);
    }

    /**
     * A function of each element.
     *
     * @param function which one
     * @param x of any shape
     * @return a value of the same shape
     */
    public Variable apply(Unary function, Variable x) { return tape.apply(Ops.UNARY, function, x); }

    /**
     * The positive part {@code max(x, 0)}.
     *
     * @param x of any shape
     * @return a value of the same shape
     */
    public Variable relu(Variable x) { return apply(Unary.RELU, x); }

    /**
     * The sum of all elements.
     *
     * @param x of any shape
     * @return a scalar
     */
    public Variable sum(Variable x) { return sumTo(x, Shape.scalar()); }

    /**
     * The mean of all elements.
     *
     * @param x of any shape, not empty
     * @return a scalar
     */
    public Variable mean(Variable x) { return scale(sum(x), 1.0 / x.shape().elements()); }

    /**
     * Sums over the axes that {@code target} lacks or has with extent 1: the opposite of broadcasting.
     *
     * @param x of a shape that {@code target} broadcasts to
     * @param target the shape wanted
     * @return a value of that shape; {@code x} itself where it has it
     */
    public Variable sumTo(Variable x, Shape target) {
        return x.shape().equals(target) ? x : tape.apply(Ops.SUM_TO, target, x);
    }

    /**
     * The matrix product {@code a b}.
     *
     * @param a {@code [.., m, k]}
     * @param b {@code [.., k, n]} with the same leading axes, or one matrix {@code [k, n]} for all
     * @return {@code [.., m, n]}
     */
    public Variable matmul(Variable a, Variable b) { return matmul(a, false, b, false); }

    /**
     * The matrix product of operands that may be stored transposed.
     *
     * @param a {@code [.., m, k]}, or {@code [.., k, m]} where transposed
     * @param transposeA whether {@code a} is stored transposed
     * @param b {@code [.., k, n]}, or {@code [.., n, k]} where transposed, with the same leading axes or none
     * @param transposeB whether {@code b} is stored transposed
     * @return {@code [.., m, n]}
     */
    public Variable matmul(Variable a, boolean transposeA, Variable b, boolean transposeB) {
        return tape.apply(Ops.PRODUCT, new Ops.Transposes(transposeA, transposeB), a, b);
    }

    /**
     * The same elements in the same order under another shape, in the same memory.
     *
     * @param x of any shape
     * @param shape with as many elements
     * @return a view of {@code x}; {@code x} itself where it has that shape
     */
    public Variable reshape(Variable x, Shape shape) {
        return x.shape().equals(shape) ? x : tape.apply(Ops.RESHAPE, shape, x);
    }

    /**
     * The same elements with their axes in another order: axis {@code k} of the result is axis {@code axes[k]} of {@code x}.
     *
     * @param x of any shape
     * @param axes each axis of {@code x} once, counted from 0
     * @return a copy
     */
    public Variable permute(Variable x, int... axes) {
        return tape.apply(Ops.PERMUTE, Arrays.stream(axes).boxed().toList(), x);
    }

    /**
     * Parts one behind the other along an axis.
     *
     * @param axis along which; negative ones count from the end
     * @param parts at least one, of shapes that differ in that axis only
     * @return a value whose extent along the axis is the sum of theirs; the part itself where there is one
     */
    public Variable concat(int axis, List<Variable> parts) {
        return parts.size() == 1
                ? parts.get(0)
                : tape.apply(Ops.CONCAT, parts.get(0).shape().axis(axis), parts.toArray(Variable[]::new));
    }

    /**
     * Entries {@code from .. from+count-1} of an axis.
     *
     * @param x of any shape
     * @param axis which; negative ones count from the end
     * @param from the first entry
     * @param count how many
     * @return a copy; {@code x} itself where those are all
     */
    public Variable slice(Variable x, int axis, int from, int count) {
        return from == 0 && count == x.shape().dim(axis)
                ? x
                : tape.apply(Ops.SLICE, new Ops.Slice(x.shape().axis(axis), from, count), x);
    }

    /**
     * The front of each axis.
     *
     * @param x of any shape
     * @param shape how many entries of each of the first axes are wanted, or more than there are
     * @return a copy, or {@code x} itself where nothing is cut
     */
    public Variable crop(Variable x, Shape shape) {
        Variable y = x;
        for (int axis = 0; axis < shape.rank(); axis++)
            y = slice(y, axis, 0, Math.min(shape.dim(axis), x.shape().dim(axis)));
        return y;
    }

    /**
     * Repeats along each axis and cuts, until the result has the shape asked for.
     *
     * @param x of any shape
     * @param shape extents wanted of its first axes
     * @return a value of those extents
     * @throws TensorException if an axis without entries would have to be repeated
     */
    public Variable tile(Variable x, Shape shape) {
        Variable y = x;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int have = y.shape().dim(axis);
            int want = shape.dim(axis);
            if (want <= have) {
                y = slice(y, axis, 0, want);
                continue;
            }
            if (have == 0)
                throw new TensorException(
                        "tile: " + x.shape() + " has nothing to repeat along axis " + axis + ", where "
                                + shape + " wants " + want);
            List<Variable> parts = new ArrayList<>();
            for (int at = 0; at < want; at += have) parts.add(slice(y, axis, 0, Math.min(have, want - at)));
            y = concat(axis, parts);
        }
        return y;
    }

    /**
     * The Euclidean norm of all elements. Its gradient is not a number where all are 0.
     *
     * @param x of any shape
     * @return a scalar
     */
    public Variable norm(Variable x) { return apply(Unary.SQRT, sum(apply(Unary.SQUARE, x))); }
}
