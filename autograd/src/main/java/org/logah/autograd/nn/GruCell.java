package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/** A gated recurrent unit (arXiv 1406.1078) in PyTorch's layout: gates reset, update, new; two biases. */
public record GruCell(String name, int in, int hidden) {
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec(name + ".weight_ih", Shape.of(3 * hidden, in), Role.WEIGHT),
                new ParameterSpec(name + ".weight_hh", Shape.of(3 * hidden, hidden), Role.WEIGHT),
                new ParameterSpec(name + ".bias_ih", Shape.of(3 * hidden), Role.BIAS),
                new ParameterSpec(name + ".bias_hh", Shape.of(3 * hidden), Role.BIAS));
    }

    /** The next state, {@code [rows, hidden]}. */
    public Variable apply(Functions f, Parameters p, Variable x, Variable h) {
        return f.gruCell(x, h, p.get(name + ".weight_ih"), p.get(name + ".weight_hh"), p.get(name + ".bias_ih"),
                p.get(name + ".bias_hh"));
    }
}
