package org.logah.autograd.optim;

import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/**
 * Stochastic gradient descent with momentum; weight decay is added to the gradient:
 * {@code v = momentum v + g + decay p; p -= rate v}.
 */
public final class Sgd implements Optimizer {
    private final Parameters parameters;
    private final double momentum;
    private final double weightDecay;
    private final ParameterBuffers velocity;
    private int steps;

    /**
     * An optimizer that has done no step.
     *
     * @param parameters what it will update
     * @param momentum how much of the velocity is kept
     * @param weightDecay this times the parameter is added to its gradient
     */
    public Sgd(Parameters parameters, double momentum, double weightDecay) {
        this.parameters = parameters;
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.velocity = new ParameterBuffers("velocity", parameters);
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
