package org.logah.autograd.optim;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/** Clipping by the norm of all gradients together. */
public final class GradientClip {
    private GradientClip() {}

    /** The Euclidean norm of all gradients that are set, in double. */
    public static double norm(Parameters parameters) {
        List<Tensor> gradients = new ArrayList<>();
        for (Variable v : parameters.all()) {
            Tensor g = v.gradient();
            if (g != null) gradients.add(g);
        }
        return gradients.isEmpty()
                ? 0
                : Math.sqrt(gradients.getFirst().device().kernels().sumOfSquares(gradients));
    }

    /** What to multiply gradients with so that their norm is at most {@code limit}; PyTorch's rule, with its 1e-6. */
    public static double scale(double norm, double limit) {
        return Math.min(1, limit / (norm + 1e-6));
    }
}
