package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/**
 * Normalizes each row to mean 0 and variance 1, then scales and shifts it (arXiv 1607.06450):
 * {@code (x - mean) / sqrt(variance + eps) * weight + bias}, {@code [.., width]} to the same.
 *
 * @param name what the parameters' names begin with: {@code name.weight} and {@code name.bias}, both {@code [width]}
 * @param width entries of a row
 * @param eps added to the variance
 */
public record LayerNorm(String name, int width, double eps) implements Layer {
    @Override
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec(name + ".weight", Shape.of(width), Role.NORM_WEIGHT),
                new ParameterSpec(name + ".bias", Shape.of(width), Role.NORM_BIAS));
    }

    @Override
    public Variable apply(Functions f, Parameters p, Variable x) {
        return f.layerNorm(x, p.get(name + ".weight"), p.get(name + ".bias"), eps);
    }
}
