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

/** Adam with decoupled weight decay (arXiv 1711.05101). */
public final class AdamW implements Optimizer {
    private final Parameters parameters;
    private final Config config;
    private final Slots first;
    private final Slots second;
    private int steps;

    /** PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8, weight decay 0.01. */
    public record Config(double beta1, double beta2, double eps, double weightDecay) {
        public static final Config DEFAULT = new Config(0.9, 0.999, 1e-8, 0.01);
    }

    public AdamW(Parameters parameters, Config config) {
        this.parameters = parameters;
        this.config = config;
        this.first = new Slots("m", parameters);
        this.second = new Slots("v", parameters);
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
            if (g != null) slots.add(new AdamWSlot(v.value(), g, first.of(name), second.of(name)));
        }
        if (!slots.isEmpty()) slots.getFirst().parameter().device().kernels().adamW(s, slots);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        first.saveTo(state);
        second.saveTo(state);
        return state;
    }

    @Override
    public int steps() { return steps; }

    @Override
    public void restore(Map<String, Tensor> state, int doneSteps) {
        first.restore(state);
        second.restore(state);
        steps = doneSteps;
    }
}
