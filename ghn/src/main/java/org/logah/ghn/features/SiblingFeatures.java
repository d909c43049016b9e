package org.logah.ghn.features;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.nn.Parameterized;
import org.logah.engine.Shape;
import org.logah.ghn.graph.ComputationGraph;

/**
 * Our sibling features: tell nodes with the same primitive and predecessors apart by the order in which the network uses them
 * ({@link ComputationGraph#siblingRanks}).
 *
 * <ul>
 * <li>The first sibling, or a node without siblings, gets nothing added. Each further one adds one of {@value #ROWS} learned
 * rows; still further ones reuse them in turn.
 * <li>A row that no target of the meta-training reads stays as drawn: GPTs have second siblings, Llamas third ones too, vision
 * transformers none.
 * <li>The order is the network's own: one that uses keys before queries is another network.
 * </ul>
 *
 * <p>Why: a graph does not say which operand a node is. A Llama's queries and keys are two rotated maps of one norm that meet in
 * attention, gate and hidden units two maps of one that meet in a product, a GPT's tokens and places two tables that meet in a
 * sum. If their shapes do not differ either, both get the same state and the same prediction. Then an attention score is as large
 * forwards as backwards, and a place looks like the token of its number (docs/findings.md).
 */
final class SiblingFeatures implements Parameterized {
    private static final int ROWS = 7;
    private final ParameterSpec rows;

    /** @param hidden width of the node states */
    SiblingFeatures(int hidden) {
        rows = new ParameterSpec("sibling_enc.weight", Shape.of(ROWS, hidden), Role.EMBEDDING);
    }

    @Override
    public List<ParameterSpec> parameters() { return List.of(rows); }

    /** {@return features of the nodes of all graphs, one graph behind the other, {@code [nodes of all graphs, d]}} */
    Variable apply(Functions f, Parameters p, List<ComputationGraph> graphs) {
        int nodes = graphs.stream().mapToInt(ComputationGraph::size).sum();
        float[] read = new float[nodes * ROWS];
        int at = 0;
        for (ComputationGraph graph : graphs) {
            for (int rank : graph.siblingRanks()) {
                if (rank > 0) read[at + (rank - 1) % ROWS] = 1;
                at += ROWS;
            }
        }
        return f.matmul(f.constant(Shape.of(nodes, ROWS), read), p.get(rows.name()));
    }
}
