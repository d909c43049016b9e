package org.logah.spark;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.spark.metrics.source.Source;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;

/**
 * Where the time of steps goes: computing is that of the thread that computed longest, exchange all the rest of a step, which is
 * sending weights and gradients, adding them, and handing out tasks. Spark's metrics have the last step's.
 */
final class Exchange implements Source {
    private static final double MILLISECONDS = 1e6;
    private final MetricRegistry metrics = new MetricRegistry();
    private volatile int step;
    private volatile double loss = Double.NaN;
    private volatile double computing;
    private volatile double exchanging;
    private double allComputing;
    private double allExchanging;
    private int steps;
    /** Of the first step, in which executors read data and compile. */
    private double first;

    Exchange() {
        metrics.register("step", (Gauge<Integer>) () -> step);
        metrics.register("loss", (Gauge<Double>) () -> loss);
        metrics.register("compute_ms", (Gauge<Double>) () -> computing);
        metrics.register("exchange_ms", (Gauge<Double>) () -> exchanging);
    }

    @Override
    public String sourceName() { return "logah"; }

    @Override
    public MetricRegistry metricRegistry() { return metrics; }

    void step(int number, double itsLoss, long nanos, List<PartReport> reports) {
        Map<String, Long> slots = new HashMap<>();
        for (PartReport r : reports) slots.merge(r.slot(), r.computed(), Long::sum);
        step = number;
        loss = itsLoss;
        computing = slots.values().stream().mapToLong(Long::longValue).max().orElse(0) / MILLISECONDS;
        exchanging = nanos / MILLISECONDS - computing;
        if (steps++ == 0) {
            first = nanos / MILLISECONDS;
            return;
        }
        allComputing += computing;
        allExchanging += exchanging;
    }

    Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("compute_ms", computing);
        figures.put("exchange_ms", exchanging);
        return figures;
    }

    /** All steps, in words. */
    String report() {
        if (steps == 0) return "no step was done";
        if (steps == 1) return String.format(Locale.ROOT, "one step, %.0f ms", first);
        return String.format(Locale.ROOT, "%d steps, the first %.0f ms, then %.0f ms: %.0f computing, %.0f exchange",
                steps, first,
                (allComputing + allExchanging) / (steps - 1), allComputing / (steps - 1), allExchanging / (steps - 1));
    }
}
