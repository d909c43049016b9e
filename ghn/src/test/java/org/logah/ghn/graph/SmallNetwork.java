package org.logah.ghn.graph;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/** A network in a few lines: parameters and a function. Inputs are values {@code [1, 4, 8]}, or indices {@code [1, 4]}. */
public record SmallNetwork(List<ParameterSpec> parameters, int values, int indices, Body body) implements Network {
    /** What the network computes. */
    @FunctionalInterface
    public interface Body { Variable apply(Functions f, Parameters p, List<Tensor> in); }

    /** Of one input of values. */
    public static SmallNetwork of(Body body, ParameterSpec... parameters) {
        return new SmallNetwork(List.of(parameters), 1, 0, body);
    }

    public static ParameterSpec weight(String name, int... dims) { return spec(name, Role.WEIGHT, dims); }

    public static ParameterSpec spec(String name, Role role, int... dims) {
        return new ParameterSpec(name, Shape.of(dims), role);
    }

    @Override
    public Variable forward(Functions f, Parameters p, List<Tensor> inputs) { return body.apply(f, p, inputs); }

    @Override
    public List<Tensor> exampleInputs(Device device) {
        return IntStream.range(0, values + indices)
                .mapToObj(i -> i < values ? device.zeros(Shape.of(1, 4, 8)) : device.ofInts(Shape.of(1, 4), 0, 1, 2, 3))
                .toList();
    }

    /** A graph in lines: number, primitive, parameter, and the nodes that feed it. */
    public static String lines(ComputationGraph graph) {
        return graph.nodes().stream().map(n -> n.index() + " " + n.primitive().label()
                + (n.parameter() == null ? "" : " " + n.parameter())
                + (n.normBias() == null ? "" : " and " + n.normBias())
                + (graph.predecessors(n.index()).isEmpty()
                        ? ""
                        : " <- " + graph.predecessors(n.index()).stream().map(String::valueOf)
                                .collect(Collectors.joining(" "))))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
