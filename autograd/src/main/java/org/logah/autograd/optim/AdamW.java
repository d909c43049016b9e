package org.logah.autograd.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Kernels.AdamWSlot;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Tensor;

/** Adam (arXiv 1412.6980) with decoupled weight decay (arXiv 1711.05101, algorithm 2). */
public final class AdamW implements Optimizer {
    private final Parameters parameters;
    private final Config config;
    private final ParameterBuffers firstMoments;
    private final ParameterBuffers secondMoments;
    private int steps;

    /**
     * The optimizer's constants.
     *
     * @param beta1 decay of the mean gradient
     * @param beta2 decay of the mean squared gradient
     * @param eps added to the root of the mean squared gradient
     * @param weightDecay this times the learning rate is the share that a parameter loses in each step
     */
    public record Config(double beta1, double beta2, double eps, double weightDecay) {
        /** PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8, weight decay 0.01. */
        public static final Config DEFAULT = new Config(0.9, 0.999, 1e-8, 0.01);
    }

    /**
     * An optimizer that has done no step.
     *
     * @param parameters what it will update
     * @param config how
     */
    public AdamW(Parameters parameters, Config config) {
        this.parameters = parameters;
        this.config = config;
        this.firstMoments = new ParameterBuffers("m", parameters);
        this.secondMoments = new ParameterBuffers("v", parameters);
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        steps++;
        AdamWStep s = new AdamWStep((float) learningRate, (float) config.beta1, (float) config.beta2,
                (float) config.eps,
                (float) config.weightDecay, (float) gradientScale, steps);
        List<AdamWSlot> slots = new ArrayList<>();
        for (String name : parameters.names()) {
            Variable v = parameters.get(name);
            Tensor g = v.gradient();
            if (g != null) slots.add(new AdamWSlot(v.value(), g, firstMoments.of(name), secondMoments.of(name)));
        }
        if (!slots.isEmpty()) slots.getFirst().parameter().device().kernels().adamW(s, slots);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        firstMoments.saveTo(state);
        secondMoments.saveTo(state);
        return state;
    }

    @Override
    public int steps() { return steps; }

    @Override
    public void restore(Map<String, Tensor> state, int doneSteps) {
        firstMoments.restore(state);
        secondMoments.restore(state);
        steps = doneSteps;
    }
}
