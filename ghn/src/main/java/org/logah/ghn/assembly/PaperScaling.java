package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;

/**
 * For language, the code of LoGAH's paper (arXiv 2405.16287): tables stay as decoded, others are as in vision, residual maps
 * divided by {@code sqrt(2 depth)} too.
 */
public record PaperScaling() implements Scaling {
    @Override
    public String kind() { return "paper"; }

    @Override
    public Factor factor(ParameterSpec spec, int depth) {
        if (Scaling.isTable(spec)) return new Factor.Constant(1);
        double factor = FanInScaling.factor(spec.shape());
        return new Factor.Constant(factor / Scaling.residual(spec, depth));
    }
}
