package org.logah.training.paper;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One cell of a table.
 *
 * @param rate the start's best learning rate; null where nothing was trained from it
 * @param values one for each seed whose training reached its end
 * @param seeds how many there were
 * @param paper the paper's number that it stands beside, or null
 */
public record Cell(@Nullable Double rate, List<Double> values, int seeds, @Nullable Double paper) {
    /** {@return mean of the values; not a number where there is none} */
    public double mean() {
        return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }

    /** {@return standard deviation of the values; 0 for fewer than two} */
    public double spread() {
        double mean = mean();
        double sum = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return values.size() < 2 ? 0 : Math.sqrt(sum / (values.size() - 1));
    }
}
