package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/**
 * Divides each row by its root mean square, then scales it (arXiv 1910.07467): {@code x / sqrt(mean(x^2) + eps) * weight},
 * {@code [.., width]} to the same.
 *
 * @param name what the parameter's name begins with: {@code name.weight [width]}
 * @param width entries of a row
 * @param eps added to the mean of squares
 */
public record RmsNorm(String name, int width, double eps) implements Layer {
    @Override
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec(name + ".weight", Shape.of(width), Role.NORM_WEIGHT));
    }

    @Override
    public Variable apply(Functions f, Parameters p, Variable x) { return f.rmsNorm(x, p.get(name + ".weight"), eps); }
}
