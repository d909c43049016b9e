package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/** A table {@code [rows, width]} read by index. */
public record Embedding(String name, int rows, int width, Role role) {
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec(name + ".weight", Shape.of(rows, width), role));
    }

    public Variable apply(Functions f, Parameters p, Tensor indices) {
        return f.embedding(p.get(name + ".weight"), indices);
    }
}
