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
 * Ours: which of several nodes that do the same with the same a node is, by the order in which the network uses them
 * ({@link ComputationGraph#siblingRanks}). The first of them, and a node that has no siblings, gets nothing added; the second and further
 * ones have a learned row each, {@value #ROWS} in all, which still further ones take in turn. A row that no target of the meta-training reads
 * stays as it was drawn: GPTs have second siblings, Llamas third ones too, vision transformers none. The order is the network's own: one that
 * uses keys before queries is another network.
 *
 * <p>Why: a graph says what is computed, not with which operand. A Llama's queries and keys are two maps of one norm, each rotated, that meet
 * in attention; gate and hidden units are two maps of one norm that meet in a product; a GPT's tokens and places are two tables that meet in a sum.
 * Where nothing else tells them apart, not the shape either, a graph network gives both of such a pair the same state, and a decoder the same prediction.
 * With one for queries and keys, a score of attention is as large forwards as backwards, and with one for both tables, a place looks like the token of its
 * number (docs/results.md).
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
