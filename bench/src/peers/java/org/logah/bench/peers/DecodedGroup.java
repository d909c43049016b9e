package org.logah.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.ghn.assembly.ParameterAssembler;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.assembly.Scaling.Factor;
import org.logah.ghn.decoder.FactorSize;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.TargetNetwork;

/**
 * Tensors of one shape and one factor, of any of the graphs, which a low-rank decoder decodes together.
 *
 * @param shape of each: a matrix, or a vector
 * @param factor what a matrix is multiplied with; null for vectors
 * @param rowsOfA rows that are decoded of each one's A
 * @param rowsOfB rows that are decoded of each one's B
 * @param members vectors of norms before other vectors
 */
record DecodedGroup(Shape shape, @Nullable Factor factor, int rowsOfA, int rowsOfB, List<Member> members) {
    /**
     * A node that carries a parameter.
     *
     * @param graph the number of its graph
     * @param node the node
     */
    record Member(int graph, GraphNode node) {
        boolean isNorm() { return node.normBias() != null; }
    }

    private record Key(Shape shape, @Nullable Factor factor) {}

    boolean isVector() { return shape.rank() == 1; }

    /** How many of the members are norms. */
    int norms() { return (int) members.stream().filter(Member::isNorm).count(); }

    static List<DecodedGroup> of(LowRankDecoder.Config config, Scaling scaling, List<? extends TargetNetwork> targets,
            List<ComputationGraph> graphs) {
        Map<Key, List<Member>> found = new LinkedHashMap<>();
        for (int g = 0; g < graphs.size(); g++) {
            Map<String, ParameterSpec> specs = targets.get(g).specs();
            for (GraphNode node : graphs.get(g).carriers()) {
                Shape shape = node.requireShape();
                if (shape.rank() > 2) throw new IllegalArgumentException(node.requireParameter() + " " + shape);
                ParameterSpec spec = Objects.requireNonNull(specs.get(node.requireParameter()));
                Factor factor = shape.rank() == 1
                        ? null
                        : scaling.factor(ParameterAssembler.asDecoded(spec, node), graphs.get(g).depth());
                Member member = new Member(g, node);
                List<Member> members = found.computeIfAbsent(new Key(shape, factor), _ -> new ArrayList<>());
                members.add(member.isNorm() ? (int) members.stream().filter(Member::isNorm).count() : members.size(), member);
            }
        }
        return found.entrySet().stream().map(e -> {
            FactorSize size = FactorSize.of(e.getValue().getFirst().node(), config);
            return new DecodedGroup(e.getKey().shape(), e.getKey().factor(), size.rowsOfA(), size.rowsOfB(), e.getValue());
        }).toList();
    }
}
