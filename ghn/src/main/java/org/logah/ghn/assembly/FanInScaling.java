package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/**
 * Vision: {@code sqrt(beta / fan-in)} with fan-in the elements of one output (GHN-2, arXiv 2110.13100, section 3.2). Beta is 2, or
 * 1 for kernels of one input channel and for kernels that are wider than high.
 */
public record FanInScaling() implements Scaling {
    @Override
    public String kind() { return "fan-in"; }

    @Override
    public Factor factor(ParameterSpec spec, int depth) {
        // Positions on a grid are predicted as images are, and stay as they are.
        boolean grid = spec.role() == Role.POSITION && spec.shape().rank() == 4;
        return new Factor.Constant(grid ? 1 : factor(spec.shape()));
    }

    static double factor(Shape shape) {
        double fanIn = shape.elements() / (double) shape.dim(0);
        boolean narrow = shape.rank() >= 3 && (shape.dim(1) == 1 || (shape.rank() > 3 && shape.dim(2) < shape.dim(3)));
        return Math.sqrt((narrow ? 1 : 2) / fanIn);
    }
}
