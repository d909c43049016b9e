package org.logah.autograd;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * A tensor that gradients can flow to. Three kinds: <em>parameters</em> live outside any tape and keep their gradient
 * until it is cleared; what a tape computes, and its inputs, live as long as the tape; constants get no gradient.
 */
public final class Variable {
    private final String name;
    private final Tensor value;
    private final boolean requiresGradient;
    private final boolean parameter;
    private @Nullable Tensor gradient;
    private boolean gradientSet;
    private boolean keepGradient;
    private boolean lent;

    Variable(String name, Tensor value, boolean requiresGradient, boolean parameter) {
        this.name = name;
        this.value = value;
        this.requiresGradient = requiresGradient;
        this.parameter = parameter;
    }

    /** A trainable leaf. Its gradients add up over backward passes until {@link #clearGradient()}. */
    public static Variable parameter(String name, Tensor value) {
        return new Variable(name, value, true, true);
    }

    /** A leaf that no gradient flows to. */
    public static Variable constant(Tensor value) {
        return new Variable("constant", value, false, false);
    }

    public String name() { return name; }

    public Tensor value() { return value; }

    public Shape shape() { return value.shape(); }

    public boolean requiresGradient() { return requiresGradient; }

    public boolean isParameter() { return parameter; }

    /** The gradient that the last backward pass left here, or null. */
    public @Nullable Tensor gradient() {
        return gradientSet ? gradient : null;
    }

    /** Forgets the gradient; a parameter keeps the memory for the next one. */
    public void clearGradient() {
        gradientSet = false;
    }

    /** Asks the tape to keep this intermediate value's gradient after its backward pass. */
    public Variable keepGradient() {
        keepGradient = true;
        return this;
    }

    boolean keepsGradient() { return keepGradient || parameter; }

    /** Adds to a parameter's gradient from outside: another replica's share. */
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
        if (!parameter || gradientSet || lent) return null;
        lent = true;
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
            lent = false;
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

    @Override
    public String toString() { return name + " " + value; }
}
