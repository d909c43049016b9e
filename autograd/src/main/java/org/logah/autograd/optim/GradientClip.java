package org.logah.autograd.optim;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/** Clipping by the norm of all gradients together. */
public final class GradientClip {
    private GradientClip() {}

    /** The Euclidean norm of all gradients that are set, in double. */
    public static double norm(Parameters parameters) {
        double sum = 0;
        for (Variable v : parameters.all()) {
            Tensor g = v.gradient();
            if (g != null) sum += g.device().kernels().sumOfSquares(g);
        }
        return Math.sqrt(sum);
    }

    /** What to multiply gradients with so that their norm is at most {@code limit}; PyTorch's rule, with its 1e-6. */
    public static double scale(double norm, double limit) {
        return Math.min(1, limit / (norm + 1e-6));
    }
}
