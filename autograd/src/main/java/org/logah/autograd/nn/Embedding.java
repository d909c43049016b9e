package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * A table read by index: row {@code i} for index {@code i}.
 *
 * @param name what the parameter's name begins with: {@code name.weight [rows, width]}
 * @param rows how many indices there are
 * @param width entries of a row
 * @param role what the table is for
 */
public record Embedding(String name, int rows, int width, Role role) {
    /** {@return the table} */
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec(name + ".weight", Shape.of(rows, width), role));
    }

    /**
     * Reads the table.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, the table among them
     * @param indices of any shape
     * @return {@code [.., width]}, a row for each index
     * @throws org.logah.engine.TensorException if the table is missing, or an index is none of its rows
     */
    public Variable apply(Functions f, Parameters p, Tensor indices) {
        return f.embedding(p.get(name + ".weight"), indices);
    }
}
