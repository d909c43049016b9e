package org.logah.ghn.assembly;

import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Output;
import org.logah.engine.TensorException;

/**
 * Our start strategy: a small prediction on a random base, as in the mean-field limit of wide networks (arXiv 1804.06561; arXiv
 * 2011.14522 calls it maximal update). {@code R} is {@code sqrt(2 depth)} for maps onto the residual stream, 1 for others.
 *
 * <ul>
 * <li>Matrices: {@code 2 / (fan-in R)} times the prediction, on a base of {@code 0.3 / (sqrt(fan-in) R)}, 0.3 of LeCun's
 * deviation. Maps of queries or keys alone, without values beside them: {@code scoreFactor} times that prediction, usually 10.
 * <li>Biases of maps onto the residual stream: {@code 2 / R} times the prediction.
 * <li>Tables of embeddings: brought to a deviation of 1, on a base of 0.1.
 * <li>Kernels that read pixels: brought to a deviation of {@code 1 / sqrt(fan-in)}, on a base of a tenth of it, so that for
 * pixels of variance 1 the result is as large as the positions added to it.
 * <li>A class token's row of positions, which has no node: always the first cosine, the same at every width. Drawn anew each
 * time, as in the reference, it would be a new direction of full size behind the first norm.
 * </ul>
 *
 * <p>Why: divided by fan-in, matrices that show the same picture at two widths compute the same, and the base keeps neurons
 * different. Predictions of a network's blocks are alike, so their biases add up with the depth. Scores are products of two
 * predictions: while both are small, neither has much of a gradient. Tables left free, as by the reference, become too large for
 * an optimizer to move. See docs/findings.md.
 *
 * @param scoreFactor extra factor for predictions of maps of queries or keys alone; 1 in files of earlier versions
 * @param residualBiases whether biases of maps onto the residual stream are multiplied by {@code 2 / sqrt(2 depth)}; in files of
 *        earlier versions they are not
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
    public RandomBase base(ParameterSpec spec, int depth) {
        if (Scaling.isTable(spec)) return new RandomBase.Uniform(TABLE_BASE);
        if (readsPixels(spec)) return new RandomBase.Uniform(TABLE_BASE / Math.sqrt(spec.fanIn()));
        return new RandomBase.Uniform(BASE / (Math.sqrt(spec.fanIn()) * Scaling.residual(spec, depth)));
    }
}
