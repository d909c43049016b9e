package org.logah.ghn.graph;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.MetaDevice;
import org.logah.engine.Tensor;

/**
 * Traces a network's computational graph: the network runs once without numbers, and the operations that its output depends on
 * are contracted to {@link Primitive}s. A network that cannot be read so is refused with a {@link TracingException}.
 *
 * <ul>
 * <li>Nodes: every input, and every parameter but those of the role TOKEN, which keep their own start. A layer norm's bias shares
 * its weight's node. Every node has a path to the output.
 * <li>{@code conv} is a product with a parameter, {@code bias} an added vector, {@code bn} a vector that is multiplied in,
 * {@code pos_enc} a lookup or an added table.
 * <li>Two paths that are added are a {@code sum}, two that are multiplied a {@code gate}. Values side by side are {@code concat}
 * if something else than attention reads them.
 * <li>{@code msa} is attention, with an edge from every source of its queries, keys, values and biases.
 * <li>Reshapes, permutations, parts and functions of one value keep that value's source; those of one parameter are that
 * parameter.
 * </ul>
 */
public final class GraphTracer {
    private GraphTracer() {}

    /**
     * {@return the graph of a network as it should be}
     *
     * @param network the network to trace
     * @throws TracingException where a parameter would have no node, a source would be dropped, or an operation on parameters
     *         is not understood
     */
    public static ComputationGraph trace(Network network) { return trace(network, false); }

    /**
     * {@return the graph of a network, with or without a quirk of the reference}
     *
     * @param network the network to trace
     * @param headOnInput the reference's quirk: the untied head of a language model hangs on the input, before the first
     *        sum, with no outgoing edge; for hypernetworks trained that way
     * @throws TracingException as {@link #trace(Network)} does
     */
    public static ComputationGraph trace(Network network, boolean headOnInput) {
        MetaDevice meta = new MetaDevice();
        try (Tape tape = Tape.tracing(meta)) {
            Parameters parameters = network.zeros(meta);
            List<Tensor> inputs = network.exampleInputs(meta);
            if (inputs.isEmpty()) throw new TracingException(network, "it has no input; a graph begins with one");
            Variable output = network.forward(new Functions(tape), parameters, inputs);
            GraphBuilder graph = read(network, new Recording(tape, parameters, inputs, output));
            if (headOnInput) graph.moveHeadToInput();
            return graph.build();
        }
    }

    private static GraphBuilder read(Network network, Recording recording) {
        GraphBuilder graph = new GraphBuilder(network.specs());
        OperationReader reader = new OperationReader(network, recording.inputs().size(), graph);
        for (Variable input : recording.inputs())
            reader.set(input, new Origin.OfNode(graph.node(Primitive.INPUT, GraphBuilder.NONE)));
        recording.parameters().forEach((variable, name) -> {
            if (graph.spec(name).role() != Role.TOKEN) reader.set(variable, new Origin.OfParameter(name));
        });
        for (Recording.Operation o : recording.live()) reader.read(o);
        check(network, recording, graph, reader.origin(recording.output()));
        return graph;
    }

    private static void check(Network network, Recording recording, GraphBuilder graph, Origin output) {
        for (ParameterSpec s : network.parameters()) {
            if (graph.isPlaced(s.name()) || s.role() == Role.TOKEN) continue;
            String reader = recording.firstReader(s.name());
            throw new TracingException(network, "parameter '" + s.name() + "' " + s.shape() + " has no node: "
                    + (reader == null
                            ? "no operation reads it"
                            : "operation '" + reader + "' reads it, and the output does not depend on that")
                    + "; a network names the parameters that its output depends on, and what keeps its own start has the "
                    + "role TOKEN");
        }
        int[] last = graph.only(output);
        if (last.length == 0)
            throw new TracingException(network, "its output depends on no input and no parameter's node");
        boolean[] ways = graph.waysTo(last[0]);
        for (int i = 0; i < ways.length; i++) {
            if (ways[i]) continue;
            GraphNode n = graph.at(i);
            throw new TracingException(network, n.parameter() == null
                    ? n.primitive().label() + " " + i + " has no way to the output; leave out what the output does not "
                            + "depend on"
                    : "parameter '" + n.parameter()
                            + "' has no way to the output from its first use; use it first where "
                            + "the output depends on it");
        }
    }
}
