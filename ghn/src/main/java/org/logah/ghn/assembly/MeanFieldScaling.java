package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;

/**
 * Ours: a small prediction on a random base. What is predicted of a matrix is divided by its fan-in, as in the mean-field limit of
 * wide networks (arXiv 1804.06561; arXiv 2011.14522 calls it maximal update): then matrices that show the same picture at two
 * widths compute the same, and single elements become small. Maps onto the residual stream are divided by {@code sqrt(2 depth)}
 * too. The base has 0.3 of LeCun's deviation, {@code 0.3 / sqrt(fan-in)}: enough that neurons differ, little enough that the
 * prediction is heard. Tables of embeddings are brought to a deviation of 1, on a base of 0.1.
 *
 * <p>A class token has no node in the graph, and the reference draws its position's row anew each time. Small as it is, the norm in front
 * of the first block makes it a direction of full size: what reads the token would have to work for any. So this row is always the same,
 * the first cosine, which looks the same at every width.
 *
 * <p>Why not the reference's scaling: it leaves tables free, hypernetworks put all that they know into them, and an optimizer cannot
 * move what has become so large (docs/results.md).
 */
public record MeanFieldScaling() implements Scaling {
    private static final double PREDICTED = 2;
    private static final double BASE = 0.3;
    private static final double TABLE = 1;
    private static final double TABLE_BASE = 0.1;
    private static final double EPS = 1e-3;

    @Override
    public String kind() { return "mean-field"; }

    @Override
    public Factor factor(ParameterSpec spec, int depth) {
        return Scaling.isTable(spec)
                ? new Factor.ToDeviation(TABLE, EPS)
                : new Factor.Constant(PREDICTED / (spec.fanIn() * Scaling.residual(spec, depth)));
    }

    @Override
    public float[] rowBeyondGrid(int width) {
        float[] row = new float[width];
        for (int i = 0; i < width; i++)
            row[i] = (float) (TABLE * Math.sqrt(2) * StrictMath.cos(Math.PI * (i + 0.5) / width));
        return row;
    }

    @Override
    public Base base(ParameterSpec spec, int depth) {
        double deviation = Scaling.isTable(spec)
                ? TABLE_BASE
                : BASE / (Math.sqrt(spec.fanIn()) * Scaling.residual(spec, depth));
        return new Base.Uniform(deviation);
    }
}
