package org.logah.autograd;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * A tensor that gradients can flow to. Who owns its memory depends on what it is:
 * <ul>
 * <li>a <em>parameter</em> lives outside any tape, and so does its gradient, which is kept until it is cleared;
 * <li>what a tape computes lives until the tape is closed; on {@link Tape#freeing} only until the backward pass is done with it.
 * Its gradient is given back during the backward pass, unless it was {@linkplain #keepGradient asked for}: then it lives until
 * the tape is closed;
 * <li>an {@linkplain Tape#input input} of a tape lives as long as whoever gave its tensor lets it; its gradient lives until the
 * tape is closed;
 * <li>a <em>constant</em> lives as long as whoever gave its tensor lets it, and gets no gradient.
 * </ul>
 * Using a tensor whose memory was given back is an {@link IllegalStateException}.
 */
public final class Variable {
    private final String name;
    private final Tensor value;
    private final boolean requiresGradient;
    private final boolean parameter;
    /** The tape that a gradient flows back on; null for parameters and constants, which are no tape's. */
    private final @Nullable Tape tape;
    private @Nullable Tensor gradient;
    private boolean gradientSet;
    private boolean keepGradient;
    private boolean overwritten;
    /** Whether somebody is writing the first contribution into {@link #gradient} right now. */
    private boolean beingWritten;

    private Variable(String name, Tensor value, boolean requiresGradient, boolean parameter, @Nullable Tape tape) {
        this.name = name;
        this.value = value;
        this.requiresGradient = requiresGradient;
        this.parameter = parameter;
        this.tape = tape;
    }

    /** A result or an input of a tape. */
    static Variable of(Tape tape, String name, Tensor value, boolean requiresGradient) {
        return new Variable(name, value, requiresGradient, false, tape);
    }

    /**
     * A trainable leaf. Its gradients add up over backward passes until {@link #clearGradient()}.
     *
     * @param name for files and messages
     * @param value its numbers, of any shape; optimizers write to them
     * @return a variable that no tape owns
     */
    public static Variable parameter(String name, Tensor value) {
        return new Variable(name, value, true, true, null);
    }

    /**
     * A leaf that no gradient flows to.
     *
     * @param value its numbers
     * @return a variable that no tape owns
     */
    public static Variable constant(Tensor value) { return new Variable("constant", value, false, false, null); }

    /** {@return a parameter's or input's name; that of the operation where it was computed} */
    public String name() {
        return name;
    }

    /** {@return its numbers} */
    public Tensor value() { return value; }

    /** {@return the shape of its value} */
    public Shape shape() { return value.shape(); }

    /** {@return whether gradients flow to it} */
    public boolean requiresGradient() { return requiresGradient; }

    /** {@return whether it is a trainable leaf, which no tape owns} */
    public boolean isParameter() {
        return parameter;
    }

    /**
     * The gradient that backward passes left here.
     *
     * @return a tensor of the value's shape; null where there is none, or it was not kept
     */
    public @Nullable Tensor gradient() { return gradientSet ? gradient : null; }

    /** Forgets the gradient; a parameter keeps the memory for the next one. */
    public void clearGradient() {
        gradientSet = false;
    }

    /**
     * Asks the tape to keep this intermediate value's gradient after its backward pass, until it is closed.
     *
     * @return this variable
     */
    public Variable keepGradient() {
        keepGradient = true;
        return this;
    }

    /** Says that the next operation wrote its result over this value. */
    void overwrite() { overwritten = true; }

    /** @throws IllegalStateException if there is nothing to compute with: overwritten, or its memory was given back */
    void requireNumbers() {
        if (overwritten)
            throw new IllegalStateException(name + " " + value.shape()
                    + " was overwritten by the sum that addOnto made of it; use the sum, or add instead");
        value.requireLive();
    }

    /** @throws IllegalArgumentException if a gradient would have to flow to another tape, where nobody would send it on */
    void requireOn(Tape other) {
        if (requiresGradient && tape != null && tape != other)
            throw new IllegalArgumentException(name + " " + value.shape()
                    + " is of another tape, and no gradient flows from one to the other; compute it here, or take Variable.constant of its "
                    + "value");
    }

    boolean keepsGradient() { return keepGradient || parameter; }

    /**
     * Adds to a parameter's gradient from outside: another replica's share.
     *
     * @param contribution of the value's shape; it is copied
     * @throws IllegalStateException if this is no parameter, or the shape is another
     */
    public void addGradient(Tensor contribution) {
        if (!parameter) throw new IllegalStateException(name + " is no parameter");
        accumulate(null, contribution);
    }

    /**
     * A parameter's own memory for its gradient, undefined, for whoever computes the first contribution to write into and
     * then {@linkplain #accumulate hand over}; null where there is a gradient already, or no parameter.
     */
    @Nullable
    Tensor lendGradient() {
        if (!parameter || gradientSet || beingWritten) return null;
        beingWritten = true;
        return ownGradient();
    }

    private Tensor ownGradient() {
        Tensor current = gradient;
        if (current == null) {
            current = value.device().allocate(value.shape(), value.type());
            gradient = current;
        }
        return current;
    }

    /** Takes in one more contribution: copied for parameters, shared and counted for everything else. */
    void accumulate(@Nullable Tape tape, Tensor contribution) {
        if (!contribution.shape().equals(value.shape())) {
            throw new IllegalStateException("gradient " + contribution.shape() + " for " + name + " " + value.shape());
        }
        Tensor current = gradient;
        if (parameter) {
            current = ownGradient();
            beingWritten = false;
            if (contribution == current) {
                gradientSet = true;
                return;
            }
            if (gradientSet) value.device().kernels().addScaled(1f, contribution, current);
            else value.device().kernels().affine(1f, 0f, contribution, current);
        } else if (!gradientSet || current == null) {
            contribution.storage().retain();
            gradient = contribution;
        } else if (current.storage().unshared()) {
            value.device().kernels().addScaled(1f, contribution, current);
        } else if (tape == null) {
            throw new IllegalStateException(name + " belongs to a tape");
        } else {
            Tensor sum = tape.scope().allocate(value.shape());
            value.device().kernels().binary(Binary.ADD, current, contribution, sum);
            current.storage().release();
            gradient = sum;
        }
        gradientSet = true;
    }

    /** The tape is done with this intermediate gradient. */
    void dropGradient() {
        if (gradient != null && gradientSet && !keepsGradient()) {
            gradient.storage().release();
            gradient = null;
            gradientSet = false;
        }
    }

    /** {@return name and value} */
    @Override
    public String toString() { return name + " " + value; }
}
