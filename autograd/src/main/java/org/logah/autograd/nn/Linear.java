package org.logah.autograd.nn;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec.Output;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/**
 * A linear map of the last axis: {@code x W^T + b}, {@code [.., in] -> [.., out]}.
 *
 * @param weight name of the weight
 * @param bias name of the bias, null where there is none
 * @param in entries of one input
 * @param out entries of one output
 * @param inOut whether the weight is stored {@code [in, out]}, as GPT-2 does
 * @param output where the output goes; {@link Output} says what for
 */
public record Linear(String weight, @Nullable String bias, int in, int out, boolean inOut,
        Output output) implements Layer {

    /**
     * A map whose output goes nowhere that is named.
     *
     * @param weight name of the weight
     * @param bias name of the bias, null where there is none
     * @param in entries of one input
     * @param out entries of one output
     * @param inOut whether the weight is stored {@code [in, out]}
     */
    public Linear(String weight, @Nullable String bias, int in, int out, boolean inOut) {
        this(weight, bias, in, out, inOut, Output.OTHER);
    }

    /**
     * A map with {@code name.weight [out, in]} and {@code name.bias [out]}.
     *
     * @param name what the parameters' names begin with
     * @param in entries of one input
     * @param out entries of one output
     * @return the map
     */
    public static Linear of(String name, int in, int out) {
        return new Linear(name + ".weight", name + ".bias", in, out, false);
    }

    /**
     * A map with {@code name.weight [out, in]} alone.
     *
     * @param name what the parameter's name begins with
     * @param in entries of one input
     * @param out entries of one output
     * @return the map
     */
    public static Linear withoutBias(String name, int in, int out) {
        return new Linear(name + ".weight", null, in, out, false);
    }

    /**
     * A map with {@code name.weight [in, out]}, as GPT-2 stores it, and {@code name.bias [out]}.
     *
     * @param name what the parameters' names begin with
     * @param in entries of one input
     * @param out entries of one output
     * @return the map
     */
    public static Linear inOut(String name, int in, int out) {
        return new Linear(name + ".weight", name + ".bias", in, out, true);
    }

    /** {@return the same map as the residual map of a block} */
    public Linear ontoResidual() {
        return withOutput(Output.RESIDUAL);
    }

    /** {@return the same map as that of queries or of keys, with nothing beside them: not one of queries, keys and values together} */
    public Linear intoScores() {
        return withOutput(Output.SCORES);
    }

    private Linear withOutput(Output other) { return new Linear(weight, bias, in, out, inOut, other); }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(inOut
                ? new ParameterSpec(weight, Shape.of(in, out), Role.WEIGHT_IN_OUT, output)
                : new ParameterSpec(weight, Shape.of(out, in), Role.WEIGHT, output));
        if (bias != null) specs.add(new ParameterSpec(bias, Shape.of(out), Role.BIAS, output));
        return specs;
    }

    @Override
    public Variable apply(Functions f, Parameters p, Variable x) {
        Variable b = bias == null ? null : p.get(bias);
        return inOut ? f.linearInOut(x, p.get(weight), b) : f.linear(x, p.get(weight), b);
    }
}
