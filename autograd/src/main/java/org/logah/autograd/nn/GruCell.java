package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/**
 * A gated recurrent unit (arXiv 1406.1078) in PyTorch's layout: gates reset, update, new; two biases.
 *
 * @param name what the parameters' names begin with: {@code name.weight_ih [3 hidden, in]}, {@code name.weight_hh [3 hidden,
 * hidden]}, {@code name.bias_ih} and {@code name.bias_hh [3 hidden]}
 * @param in entries of one input
 * @param hidden entries of one state
 */
public record GruCell(String name, int in, int hidden) {
    /** {@return both weights, then both biases} */
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec(name + ".weight_ih", Shape.of(3 * hidden, in), Role.WEIGHT),
                new ParameterSpec(name + ".weight_hh", Shape.of(3 * hidden, hidden), Role.WEIGHT),
                new ParameterSpec(name + ".bias_ih", Shape.of(3 * hidden), Role.BIAS),
                new ParameterSpec(name + ".bias_hh", Shape.of(3 * hidden), Role.BIAS));
    }

    /**
     * One step of several cells at once.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, this cell's among them
     * @param x the inputs, {@code [rows, in]}
     * @param h the states, {@code [rows, hidden]}
     * @return the next states, {@code [rows, hidden]}
     * @throws org.logah.engine.TensorException if a parameter is missing, or shapes do not fit
     */
    public Variable apply(Functions f, Parameters p, Variable x, Variable h) {
        return f.gruCell(x, h, p.get(name + ".weight_ih"), p.get(name + ".weight_hh"), p.get(name + ".bias_ih"),
                p.get(name + ".bias_hh"));
    }
}
