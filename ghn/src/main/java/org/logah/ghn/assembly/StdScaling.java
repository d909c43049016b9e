package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;

/** For language, the reference's code since August 2024: tables stay as decoded, others get a deviation of 0.02. */
public record StdScaling() implements Scaling {
    private static final double DEVIATION = 0.02;
    private static final double EPS = 1e-7;

    @Override
    public String kind() { return "std"; }

    @Override
    public Factor factor(ParameterSpec spec, int depth) {
        return Scaling.isTable(spec) ? new Factor.Constant(1) : new Factor.ToDeviation(DEVIATION, EPS);
    }
}
