package org.logah.ghn.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.logah.ghn.graph.SmallNetwork.spec;
import static org.logah.ghn.graph.SmallNetwork.weight;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/** Where a classifier's classes are, in whichever order its last map is stored; the stream is 8 wide. */
class AxesTest {
    private static final ParameterSpec BIAS = spec("bias", Role.BIAS, 5);

    private static Variable stream(Functions f, Parameters p, List<Tensor> in) {
        Variable x = Variable.constant(in.get(0));
        return f.linear(f.apply(Unary.RELU, f.linear(x, p.get("up"), null)), p.get("down"), null);
    }

    private static SmallNetwork of(SmallNetwork.Body body, ParameterSpec... head) {
        return SmallNetwork.of(body, Stream.concat(Stream.of(weight("up", 8, 8), weight("down", 8, 8)), Stream.of(head))
                .toArray(ParameterSpec[]::new));
    }

    /** The parameters whose inputs, and those whose outputs, are a list. */
    private static void check(List<String> inputs, List<String> outputs, SmallNetwork network) {
        ComputationGraph graph = GraphTracer.trace(network);
        Axes axes = graph.axes();
        assertEquals(8, axes.streamWidth());
        assertEquals(inputs, graph.carriers().stream().filter(axes::listsInputs).map(GraphNode::parameter).toList());
        assertEquals(outputs, graph.carriers().stream().filter(axes::listsOutputs).map(GraphNode::parameter).toList());
    }

    @Test
    void aLastMapHasItsClassesAmongItsOutputs() {
        check(List.of(), List.of("head", "bias"),
                of((f, p, in) -> f.linear(stream(f, p, in), p.get("head"), p.get("bias")), weight("head", 5, 8), BIAS));
    }

    @Test
    void oneThatIsStoredTheOtherWayRoundHasThemAmongItsInputs() {
        ParameterSpec head = spec("head", Role.WEIGHT_IN_OUT, 8, 5);
        check(List.of("head"), List.of(), of((f, p, in) -> f.matmul(stream(f, p, in), p.get("head")), head));
        check(List.of("head"), List.of("bias"),
                of((f, p, in) -> f.add(f.matmul(stream(f, p, in), p.get("head")), p.get("bias")), head, BIAS));
    }

    /** As many classes as the stream is wide: there is one list, and it is taken for the outputs. */
    @Test
    void aSquareLastMapListsItsOutputs() {
        check(List.of(), List.of("head"),
                of((f, p, in) -> f.matmul(stream(f, p, in), p.get("head")), spec("head", Role.WEIGHT_IN_OUT, 8, 8)));
    }

    @Test
    void aMapThatIsNotTheLastListsNothing() {
        check(List.of(), List.of("back"),
                of((f, p, in) -> f.linear(f.matmul(stream(f, p, in), p.get("inner")), p.get("back"),
                        null), spec("inner", Role.WEIGHT_IN_OUT, 8, 5), weight("back", 3, 5)));
    }
}
