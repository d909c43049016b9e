package org.logah.training.sweep;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

import org.logah.engine.TensorException;

/**
 * One training of a sweep.
 *
 * @param rate its learning rate
 * @param seed of everything random in it
 */
public record SweepPoint(double rate, long seed) {
    /**
     * {@return every rate with every seed, rate by rate}
     *
     * @param rates learning rates
     * @param seeds seeds
     * @throws TensorException if there is none, or one of them is there twice
     */
    public static List<SweepPoint> grid(List<Double> rates, List<Long> seeds) {
        if (rates.isEmpty() || seeds.isEmpty())
            throw new TensorException("a training needs a learning rate and a seed; name at least one of each");
        SweepValues.requireDistinct("learning rate", rates);
        SweepValues.requireDistinct("seed", seeds);
        List<SweepPoint> points = new ArrayList<>();
        for (double rate : rates) for (long seed : seeds) points.add(new SweepPoint(rate, seed));
        return points;
    }

    /** {@return the learning rate in as few digits as it takes: {@code 3e-4}} */
    public String rateText() {
        BigDecimal digits = new BigDecimal(Double.toString(rate)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        return digits.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }

    /** {@return what its files are called in a folder: {@code rate-3e-4-seed-1}} */
    public String name() {
        return "rate-" + rateText() + "-seed-" + seed;
    }
}
