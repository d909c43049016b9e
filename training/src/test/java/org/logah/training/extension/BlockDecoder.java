package org.logah.training.extension;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.decoder.ParameterDecoder;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/** A decoder of a few lines: a state becomes one block, of which larger parameters are copies. */
public final class BlockDecoder implements ParameterDecoder {
    private final int side;
    private final Linear block;
    private final Linear vectors;

    /** @param side rows and columns of the block */
    public record Config(int side) implements DecoderConfig {
        public Config() { this(8); }

        @Override
        public String kind() { return "block"; }

        @Override
        public int maxKernel() { return 1; }

        @Override
        public ParameterDecoder build(int hidden, int classes) { return new BlockDecoder(side, hidden); }
    }

    private BlockDecoder(int side, int hidden) {
        this.side = side;
        this.block = Linear.of("decoder.block", hidden, side * side);
        this.vectors = Linear.of("decoder.vectors", hidden, 2 * side);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(block.parameters());
        specs.addAll(vectors.parameters());
        return specs;
    }

    @Override
    public Map<GraphNode, Variable> decode(Functions f, Parameters p, ComputationGraph graph, Variable states) {
        Map<GraphNode, Variable> out = new LinkedHashMap<>();
        for (GraphNode node : graph.nodes()) {
            if (node.parameter() == null) continue;
            Variable state = f.slice(states, 0, node.index(), 1);
            if (node.requireShape().rank() == 1) {
                out.put(node, f.reshape(vectors.apply(f, p, state), Shape.of(2, side)));
                continue;
            }
            Variable square = f.reshape(block.apply(f, p, state), Shape.of(side, side));
            int[] four = new int[]{side, side, 1, 1};
            out.put(node, f.reshape(square, Shape.of(Arrays.copyOf(four, node.requireShape().rank()))));
        }
        return out;
    }

    /** Small, so that fresh predictions are. */
    @Override
    public void adjustStart(ParameterSpec spec, Tensor tensor) {
        tensor.device().kernels().affine(0.5f, 0f, tensor, tensor);
    }
}
