package org.logah.autograd.optim;

import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/** Stochastic gradient descent with momentum; weight decay is added to the gradient. */
public final class Sgd implements Optimizer {
    private final Parameters parameters;
    private final double momentum;
    private final double weightDecay;
    private final Slots velocity;
    private int steps;

    public Sgd(Parameters parameters, double momentum, double weightDecay) {
        this.parameters = parameters;
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.velocity = new Slots("velocity", parameters);
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        steps++;
        for (String name : parameters.names()) {
            Variable v = parameters.get(name);
            Tensor g = v.gradient();
            if (g == null) continue;
            v.value().device().kernels().sgd((float) learningRate, (float) momentum, (float) weightDecay,
                    (float) gradientScale, v.value(), g, velocity.of(name));
        }
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        velocity.saveTo(state);
        return state;
    }

    @Override
    public int steps() { return steps; }

    @Override
    public void restore(Map<String, Tensor> state, int doneSteps) {
        velocity.restore(state);
        steps = doneSteps;
    }
}
