package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;

/**
 * Ours: a small prediction on a random base. What is predicted of a matrix is divided by its fan-in, as in the mean-field limit of
 * wide networks (arXiv 1804.06561; arXiv 2011.14522 calls it maximal update): then matrices that show the same picture at two
 * widths compute the same, and no element is so large that an optimizer takes long to move it. The base has 0.3 of LeCun's
 * deviation, {@code 0.3 / sqrt(fan-in)}: enough that neurons differ, little enough that the prediction is heard. Tables of
 * embeddings are scaled to the same end, maps onto the residual stream divided by {@code sqrt(2 depth)}.
 *
 * <p>Why not the reference's scaling: it leaves tables free, hypernetworks put all that they know into them, and such a start cannot
 * be trained (docs/results.md).
 */
public record MeanFieldScaling() implements Scaling {
    private static final double PREDICTED = 2;
    private static final double BASE = 0.3;
    private static final double TABLE = 0.3;
    private static final double TABLE_BASE = 0.1;

    @Override
    public String kind() { return "mean-field"; }

    @Override
    public Factor factor(ParameterSpec spec, int depth) {
        return new Factor.Constant(Scaling.isTable(spec) ? TABLE : PREDICTED / (spec.fanIn() * residual(spec, depth)));
    }

    @Override
    public Base base(ParameterSpec spec, int depth) {
        return new Base.Uniform(
                Scaling.isTable(spec) ? TABLE_BASE : BASE / (Math.sqrt(spec.fanIn()) * residual(spec, depth)));
    }

    private static double residual(ParameterSpec spec, int depth) {
        return spec.residual() ? Math.sqrt(2.0 * depth) : 1;
    }
}
