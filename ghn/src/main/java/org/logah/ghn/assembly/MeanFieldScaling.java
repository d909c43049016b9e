package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Output;
import org.logah.engine.TensorException;

/**
 * Ours: a small prediction on a random base. What is predicted of a matrix is divided by its fan-in, as in the mean-field limit of
 * wide networks (arXiv 1804.06561; arXiv 2011.14522 calls it maximal update): then matrices that show the same picture at two
 * widths compute the same, and single elements become small. Maps onto the residual stream are divided by {@code sqrt(2 depth)}
 * too, and their biases are multiplied by {@code 2 / sqrt(2 depth)}. The base has 0.3 of LeCun's deviation, {@code 0.3 / sqrt(fan-in)}: enough that neurons differ, little enough that the
 * prediction is heard. Tables of embeddings are brought to a deviation of 1, on a base of 0.1. A kernel that reads pixels is an
 * image's table: it is brought to {@code 1 / sqrt(fan-in)}, so that what it makes of pixels of variance 1 is as large as the
 * positions that are added to it. Divided by its fan-in, it was a tenth of them, and with one seed in three a hypernetwork for vision
 * transformers never left chance.
 *
 * <p>A class token has no node in the graph, and the reference draws its position's row anew each time. Small as it is, the norm in front
 * of the first block makes it a direction of full size: what reads the token would have to work for any. So this row is always the same,
 * the first cosine, which looks the same at every width.
 *
 * <p>What is predicted of a map of queries or keys alone, without values beside them, is multiplied by {@code scoreFactor} too, usually 10. A score is a product of two of these predictions,
 * so while both are small neither has much of a gradient. Of three hypernetworks for Llamas, which have no biases there, two still
 * had every place look at all places alike after 2,800 steps (docs/results.md).
 *
 * <p>Why their biases: states of a deep network's blocks resemble each other, so what is predicted for them adds up. Whole biases made
 * what all places of a text have in common, and with it the loss, grow with the depth: 16 layers began at 3.3 nats where 4 began at 1.9.
 *
 * <p>Why not the reference's scaling: it leaves tables free, hypernetworks put all that they know into them, and an optimizer cannot
 * move what has become so large (docs/results.md).
 *
 * @param scoreFactor what predictions of maps of queries or keys alone are multiplied with beside their fan-in; 1 in files of earlier versions
 * @param residualBiases whether biases of maps onto the residual stream are multiplied by {@code 2 / sqrt(2 depth)}; in files of earlier
 *        versions they are not
 */
public record MeanFieldScaling(double scoreFactor, boolean residualBiases) implements Scaling {
    private static final double PREDICTED = 2;
    private static final double BASE = 0.3;
    private static final double TABLE = 1;
    private static final double TABLE_BASE = 0.1;
    private static final double EPS = 1e-3;
    private static final double SCORES = 10;
    private static final double LEAST_SCORES = 1e-3;
    private static final double MOST_SCORES = 1e3;

    /**
     * Checks the factor.
     *
     * @throws TensorException if it is not from {@value #LEAST_SCORES} to {@value #MOST_SCORES}
     */
    public MeanFieldScaling {
        if (!(scoreFactor >= LEAST_SCORES && scoreFactor <= MOST_SCORES))
            throw new TensorException("mean-field: a score factor of " + scoreFactor + " is not from " + LEAST_SCORES
                    + " to " + MOST_SCORES);
    }

    /** As it is where nothing else is said. */
    public MeanFieldScaling() { this(SCORES, true); }

    @Override
    public String kind() { return "mean-field"; }

    /** A kernel that reads pixels. */
    private static boolean readsPixels(ParameterSpec spec) {
        return spec.shape().rank() > 2 && !Scaling.isTable(spec);
    }

    @Override
    public Factor factor(ParameterSpec spec, int depth) {
        if (readsPixels(spec)) return new Factor.ToDeviation(TABLE / Math.sqrt(spec.fanIn()), EPS);
        if (Scaling.isTable(spec)) return new Factor.ToDeviation(TABLE, EPS);
        double predicted = spec.output() == Output.SCORES ? PREDICTED * scoreFactor : PREDICTED;
        return new Factor.Constant(predicted / (spec.fanIn() * Scaling.residual(spec, depth)));
    }

    @Override
    public double biasFactor(ParameterSpec spec, int depth) {
        return residualBiases && spec.residual() ? PREDICTED / Scaling.residual(spec, depth) : 1;
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
        if (Scaling.isTable(spec)) return new Base.Uniform(TABLE_BASE);
        if (readsPixels(spec)) return new Base.Uniform(TABLE_BASE / Math.sqrt(spec.fanIn()));
        return new Base.Uniform(BASE / (Math.sqrt(spec.fanIn()) * Scaling.residual(spec, depth)));
    }
}
