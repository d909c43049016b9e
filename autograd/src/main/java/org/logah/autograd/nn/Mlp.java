package org.logah.autograd.nn;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Unary;

/**
 * Linear maps with an activation between them, and after the last one where asked; {@code [.., in]} of the first map to
 * {@code [.., out]} of the last.
 *
 * @param maps the linear maps in order
 * @param activation the function of one element between them
 * @param activateLast whether the last map's output is activated, too
 */
public record Mlp(List<Linear> maps, Unary activation, boolean activateLast) implements Layer {
    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        maps.forEach(m -> specs.addAll(m.parameters()));
        return specs;
    }

    @Override
    public Variable apply(Functions f, Parameters p, Variable x) {
        Variable y = x;
        for (int i = 0; i < maps.size(); i++) {
            y = maps.get(i).apply(f, p, y);
            if (activateLast || i < maps.size() - 1) y = f.apply(activation, y);
        }
        return y;
    }
}
