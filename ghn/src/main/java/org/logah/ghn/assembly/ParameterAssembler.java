package org.logah.ghn.assembly;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/** Turns raw decoder output into a network's parameters: repeats what is too small, scales, names. Differentiable. */
public final class ParameterAssembler {
    private final Scaling scaling;

    /**
     * Assembles for one hypernetwork.
     *
     * @param scaling brings matrices, kernels and tables to the size of initial weights
     */
    public ParameterAssembler(Scaling scaling) { this.scaling = scaling; }

    /**
     * All parameters of a network; those of the role TOKEN, which have no node, are zeros.
     *
     * @param f on the tape that will own the result
     * @param network whose parameters they are
     * @param graph the network's graph
     * @param raw the decoder's tensor for each node that carries a parameter
     * @param draws what is drawn at random
     * @return the parameters in the network's order
     * @throws TensorException if a parameter that is not of the role TOKEN has no node
     */
    public Parameters assemble(Functions f, Network network, ComputationGraph graph, Map<GraphNode, Variable> raw,
            RandomDraws draws) {
        Map<String, Variable> found = new HashMap<>();
        Map<String, ParameterSpec> specs = network.specs();
        raw.forEach((node, value) -> found.putAll(assemble(f, specs, graph, node, value, draws)));
        Parameters p = new Parameters();
        for (ParameterSpec spec : specs.values()) {
            Variable v = found.get(spec.name());
            if (v == null) requireOwnStart(spec);
            p.put(spec.name(), v == null ? f.tape().input(spec.name(), f.zeros(spec.shape()).value()) : v);
        }
        return p;
    }

    /**
     * Refuses a parameter without a node, unless it is a learned token, which starts with zeros.
     *
     * @param spec the parameter
     * @throws TensorException if it is not of the role TOKEN
     */
    public static void requireOwnStart(ParameterSpec spec) {
        if (spec.role() != ParameterSpec.Role.TOKEN) {
            throw new TensorException("'" + spec.name() + "' " + spec.shape()
                    + " has no node in the graph given; trace the network that is predicted");
        }
    }

    /**
     * The parameters of one node: one, or a norm's weight and bias. A norm's weight is {@code 2 sigmoid(x / 2)}, an added vector
     * {@code tanh(x / 5)}. A {@link Scaling} may make a map's bias smaller with the depth, but not a norm's.
     *
     * @param f on the tape that will own the result
     * @param specs of the network's parameters, by name
     * @param graph the network's graph
     * @param node the node that carries the parameters
     * @param value the decoder's tensor for it, see {@link org.logah.ghn.decoder.ParameterDecoder#decode}
     * @param draws what is drawn at random
     * @return the parameters by name, in the shapes that the network has
     * @throws IllegalStateException if the node carries none, or one that the network does not have
     */
    public Map<String, Variable> assemble(Functions f, Map<String, ParameterSpec> specs, ComputationGraph graph,
            GraphNode node, Variable value, RandomDraws draws) {
        String name = node.requireParameter();
        ParameterSpec spec = specOf(specs, name);
        Shape shape = spec.shape();
        String normBias = node.normBias();
        if (normBias != null) {
            return Map.of(name, normWeight(f, row(f, value, 0, shape)), normBias,
                    bias(f, row(f, value, 1, specOf(specs, normBias).shape())));
        }
        boolean factor = switch (node.primitive()) {
            case LN, RMSNORM, BN -> true;
            default -> false;
        };
        if (factor) return Map.of(name, normWeight(f, row(f, value, 0, shape)));
        if (node.requireShape().rank() == 1) {
            Variable bias = bias(f, row(f, value, 1, shape));
            double by = scaling.biasFactor(spec, graph.depth());
            return Map.of(name, by == 1 ? bias : f.scale(bias, by));
        }
        if (shape.rank() == 3 && node.requireShape().rank() == 4) {
            return Map.of(name, positions(f, value, asDecoded(spec, node), shape, graph, draws));
        }
        Shape decoded = node.requireShape();
        // Decoders give two axes or four.
        if (decoded.rank() == 3) decoded = Shape.of(decoded.dim(0), decoded.dim(1), decoded.dim(2), 1);
        return Map.of(name, f.reshape(started(f, f.tile(value, decoded), asDecoded(spec, node), graph, draws), shape));
    }

    private static ParameterSpec specOf(Map<String, ParameterSpec> specs, String name) {
        ParameterSpec spec = specs.get(name);
        if (spec == null) throw new IllegalStateException("graph names '" + name + "', the network does not");
        return spec;
    }

    /**
     * {@return a parameter in the shape in which it is decoded and scaled}
     *
     * @param spec the parameter as its network has it
     * @param node the node that carries it
     * @throws IllegalStateException if it carries none
     */
    public static ParameterSpec asDecoded(ParameterSpec spec, GraphNode node) {
        return new ParameterSpec(spec.name(), node.requireShape(), spec.role(), spec.output());
    }

    private static Variable row(Functions f, Variable pair, int row, Shape shape) {
        Variable one = f.reshape(f.slice(pair, 0, row, 1), Shape.of(pair.shape().last()));
        return f.reshape(f.tile(one, Shape.of(Math.toIntExact(shape.elements()))), shape);
    }

    private static Variable normWeight(Functions f, Variable x) {
        return f.scale(f.apply(Unary.SIGMOID, f.scale(x, 0.5)), 2);
    }

    private static Variable bias(Functions f, Variable x) { return f.apply(Unary.TANH, f.scale(x, 0.2)); }

    /** {@code [1, C, s, s]} to {@code [1, T, C]}, with the rows beyond the grid in front. */
    private Variable positions(Functions f, Variable raw, ParameterSpec decoded, Shape shape, ComputationGraph graph,
            RandomDraws draws) {
        Shape grid = decoded.shape();
        int cells = grid.dim(2) * grid.dim(3);
        Variable started = started(f, f.tile(raw, grid), decoded, graph, draws);
        Variable table = f.reshape(f.permute(started, 0, 2, 3, 1), Shape.of(1, cells, shape.dim(2)));
        if (shape.dim(1) == cells) return table;
        Variable extra = beyondGrid(f, Shape.of(1, shape.dim(1) - cells, shape.dim(2)), draws);
        return f.concat(1, List.of(extra, table));
    }

    private Variable beyondGrid(Functions f, Shape shape, RandomDraws draws) {
        float[] row = scaling.rowBeyondGrid(shape.last());
        if (row == null) return Variable.constant(draws.extraRows().apply(shape));
        return f.tile(f.constant(Shape.of(1, 1, row.length), row), shape);
    }

    /** Scaled, and on its base where there is one. */
    private Variable started(Functions f, Variable w, ParameterSpec spec, ComputationGraph graph, RandomDraws draws) {
        Variable scaled = scaled(f, w, spec, graph);
        RandomBase base = scaling.base(spec, graph.depth());
        if (base == null) return scaled;
        Tensor drawn = f.tape().scope().allocate(w.shape());
        draws.fill(spec.name(), base, w.shape(), 0, drawn);
        return f.add(scaled, Variable.constant(drawn));
    }

    private Variable scaled(Functions f, Variable w, ParameterSpec spec, ComputationGraph graph) {
        return switch (scaling.factor(spec, graph.depth())) {
            // Tables that stay as they are cost no pass.
            case Scaling.Factor.Constant c -> c.by() == 1 ? w : f.scale(w, c.by());
            case Scaling.Factor.ToDeviation to -> f.multiply(w, factor(f, w, to));
        };
    }

    private static Variable factor(Functions f, Variable w, Scaling.Factor.ToDeviation to) {
        double n = w.shape().elements();
        // Of one number it is the number's own size.
        Variable centred = n == 1 ? w : f.subtract(w, f.mean(w));
        Variable deviation = f.apply(Unary.SQRT,
                f.scale(f.sum(f.apply(Unary.SQUARE, centred)), 1 / Math.max(1, n - 1)));
        return f.apply(Unary.RECIPROCAL, f.affine(deviation, 1 / to.deviation(), to.eps() / to.deviation()));
    }
}
