package org.logah.training.inspection;

import org.logah.engine.Tensor;

/**
 * Sums over a tensor's numbers.
 *
 * @param count how many
 * @param sum of them
 * @param squares sum of their squares
 */
record Moments(long count, double sum, double squares) {
    static Moments of(Tensor t) {
        double sum = 0;
        double squares = 0;
        float[] values = t.toFloats();
        for (float v : values) {
            sum += v;
            squares += (double) v * v;
        }
        return new Moments(values.length, sum, squares);
    }

    double deviation() {
        double mean = sum / count;
        return Math.sqrt(Math.max(0, squares / count - mean * mean));
    }

    double rootMeanSquare() { return Math.sqrt(squares / count); }
}
