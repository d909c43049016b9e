package org.logah.autograd.optim;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/** Clipping by the norm of all gradients together (arXiv 1211.5063, section 3.2). */
public final class GradientClip {
    private GradientClip() {}

    /**
     * The Euclidean norm of all gradients together.
     *
     * @param parameters whose gradients are meant; those that have none count as zeros
     * @return the norm, summed in double
     */
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

    /**
     * What to multiply gradients with so that their norm is at most {@code limit}: {@code min(1, limit / (norm + 1e-6))}, as in
     * PyTorch.
     *
     * @param norm of all gradients
     * @param limit the largest norm wanted
     * @return a factor of at most 1
     */
    public static double scale(double norm, double limit) { return Math.min(1, limit / (norm + 1e-6)); }
}
