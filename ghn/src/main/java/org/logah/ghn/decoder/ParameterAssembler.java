package org.logah.ghn.decoder;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.ghn.Scaling;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.ghn.graph.Primitive;

/** From raw decoder output to a network's parameters: repeats what is too small, scales, and names. Differentiable. */
public final class ParameterAssembler {
    private final Scaling scaling;

    public ParameterAssembler(Scaling scaling) { this.scaling = scaling; }

    /**
     * All parameters of a network; those of the role TOKEN, which have no node, are zeros.
     *
     * @param extraRows gives the rows that a vision position table has beyond its grid (class token), of the shape asked for
     */
    public Parameters assemble(Functions f, Network network, ComputationGraph graph, Map<GraphNode, Variable> raw,
            Function<Shape, Tensor> extraRows) {
        Map<String, Variable> found = new HashMap<>();
        Map<String, Shape> shapes = network.shapes();
        raw.forEach((node, value) -> found.putAll(assemble(f, shapes, graph, node, value, extraRows)));
        Parameters p = new Parameters();
        for (ParameterSpec spec : network.parameters()) {
            Variable v = found.get(spec.name());
            if (v == null) requireOwnStart(spec);
            p.put(spec.name(), v == null ? f.tape().input(spec.name(), f.zeros(spec.shape()).value()) : v);
        }
        return p;
    }

    /**
     * What a parameter must be that no node carries.
     *
     * @throws TensorException where it is not a learned token
     */
    public static void requireOwnStart(ParameterSpec spec) {
        if (spec.role() != ParameterSpec.Role.TOKEN) {
            throw new TensorException("'" + spec.name() + "' " + spec.shape()
                    + " has no node in the graph given; trace the network that is predicted");
        }
    }

    /** The parameters of one node: one, or a norm's two. */
    public Map<String, Variable> assemble(Functions f, Map<String, Shape> shapes, ComputationGraph graph,
            GraphNode node,
            Variable value, Function<Shape, Tensor> extraRows) {
        String name = node.requireParameter();
        Shape shape = shapeOf(shapes, name);
        String normBias = node.normBias();
        if (normBias != null) {
            return Map.of(name, normWeight(f, row(f, value, 0, shape)), normBias,
                    bias(f, row(f, value, 1, shapeOf(shapes, normBias))));
        }
        boolean factor = switch (node.primitive()) {
            case LN, RMSNORM, BN -> true;
            default -> false;
        };
        if (factor) return Map.of(name, normWeight(f, row(f, value, 0, shape)));
        if (node.requireShape().rank() == 1) return Map.of(name, bias(f, row(f, value, 1, shape)));
        if (shape.rank() == 3 && node.requireShape().rank() == 4) {
            return Map.of(name, positions(f, value, node.requireShape(), shape, extraRows));
        }
        Shape decoded = node.requireShape();
        // Decoders give two axes or four.
        if (decoded.rank() == 3) decoded = Shape.of(decoded.dim(0), decoded.dim(1), decoded.dim(2), 1);
        return Map.of(name, f.reshape(scaled(f, f.tile(value, decoded), node, graph), shape));
    }

    private static Shape shapeOf(Map<String, Shape> shapes, String name) {
        Shape shape = shapes.get(name);
        if (shape == null) throw new IllegalStateException("graph names '" + name + "', the network does not");
        return shape;
    }

    private static Variable row(Functions f, Variable pair, int row, Shape shape) {
        Variable one = f.reshape(f.slice(pair, 0, row, 1), Shape.of(pair.shape().last()));
        return f.reshape(f.tile(one, Shape.of(Math.toIntExact(shape.elements()))), shape);
    }

    private static Variable normWeight(Functions f, Variable x) {
        return f.scale(f.apply(Unary.SIGMOID, f.scale(x, 0.5)), 2);
    }

    private static Variable bias(Functions f, Variable x) { return f.apply(Unary.TANH, f.scale(x, 0.2)); }

    /** {@code [1, C, s, s]} to {@code [1, T, C]}, with the rows beyond the grid in front; unscaled. */
    private static Variable positions(Functions f, Variable raw, Shape grid, Shape shape,
            Function<Shape, Tensor> extraRows) {
        int cells = grid.dim(2) * grid.dim(3);
        Variable table = f.reshape(f.permute(f.tile(raw, grid), 0, 2, 3, 1), Shape.of(1, cells, shape.dim(2)));
        if (shape.dim(1) == cells) return table;
        Variable extra = Variable.constant(extraRows.apply(Shape.of(1, shape.dim(1) - cells, shape.dim(2))));
        return f.concat(1, List.of(extra, table));
    }

    private Variable scaled(Functions f, Variable w, GraphNode node, ComputationGraph graph) {
        Double factor = constantFactor(scaling, node, w.shape(), graph.depth());
        if (factor != null) return f.scale(w, factor);
        double n = w.shape().elements();
        Variable centred = f.subtract(w, f.mean(w));
        Variable deviation = f.apply(Unary.SQRT, f.scale(f.sum(f.apply(Unary.SQUARE, centred)), 1 / (n - 1)));
        Variable target = f.apply(Unary.RECIPROCAL, f.affine(deviation, 1 / STD_TARGET, STD_EPS / STD_TARGET));
        return f.multiply(w, target);
    }

    /** Deviation that the {@code std} form scales to, and what it adds to the deviation it finds. */
    public static final double STD_TARGET = 0.02;
    public static final double STD_EPS = 1e-7;

    /** What a matrix is multiplied with, or null where that depends on its values. */
    public static @Nullable Double constantFactor(Scaling scaling, GraphNode node, Shape shape, int depth) {
        boolean table = node.primitive() == Primitive.POS_ENC;
        if (scaling == Scaling.STD) return table ? 1.0 : null;
        if (scaling == Scaling.PAPER && table) return 1.0;
        double fanIn = shape.elements() / (double) shape.dim(0);
        boolean narrow = shape.rank() >= 3 && (shape.dim(1) == 1 || (shape.rank() > 3 && shape.dim(2) < shape.dim(3)));
        double factor = Math.sqrt((narrow ? 1 : 2) / fanIn);
        boolean residual = scaling == Scaling.PAPER && node.requireParameter().endsWith(".c_proj.weight");
        return residual ? factor / Math.sqrt(2.0 * depth) : factor;
    }
}
