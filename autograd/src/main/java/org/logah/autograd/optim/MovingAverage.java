package org.logah.autograd.optim;

import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.engine.Tensor;

/** An exponential moving average of parameters: {@code a = decay * a + (1 - decay) * p}. */
public final class MovingAverage {
    private final Parameters parameters;
    private final double decay;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();

    /**
     * An average that begins with the parameters as they are.
     *
     * @param parameters what is averaged
     * @param decay how much of the average is kept in each update
     */
    public MovingAverage(Parameters parameters, double decay) {
        this.parameters = parameters;
        this.decay = decay;
        parameters.values().forEach((name, t) -> averages.put(name, t.copyTo(t.device())));
    }

    /** {@return how much of the average is kept in each update} */
    public double decay() { return decay; }

    /** Updates the average with the current parameters. */
    public void update() {
        averages.forEach((name, a) -> {
            a.device().kernels().affine((float) decay, 0f, a, a);
            a.device().kernels().addScaled((float) (1 - decay), parameters.get(name).value(), a);
        });
    }

    /** {@return the averages by name; the next update writes to them} */
    public Map<String, Tensor> values() {
        return averages;
    }
}
