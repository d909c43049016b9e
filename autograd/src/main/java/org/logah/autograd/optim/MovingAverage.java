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

    public MovingAverage(Parameters parameters, double decay) {
        this.parameters = parameters;
        this.decay = decay;
        parameters.values().forEach((name, t) -> averages.put(name, t.device().allocate(t.shape(), t.type()).set(t)));
    }

    public void update() {
        averages.forEach((name, a) -> {
            a.device().kernels().affine((float) decay, 0f, a, a);
            a.device().kernels().addScaled((float) (1 - decay), parameters.get(name).value(), a);
        });
    }

    /** The averages by name. */
    public Map<String, Tensor> values() { return averages; }
}
