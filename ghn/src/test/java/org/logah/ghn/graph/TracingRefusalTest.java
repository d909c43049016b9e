package org.logah.ghn.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.logah.ghn.graph.SmallNetwork.spec;
import static org.logah.ghn.graph.SmallNetwork.weight;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.logah.autograd.Op;
import org.logah.autograd.Ops.Nothing;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.ghn.graph.SmallNetwork.Body;

/** What the tracer refuses, and the one line in which it says so. */
class TracingRefusalTest {
    private static Variable x(List<Tensor> in) { return Variable.constant(in.get(0)); }

    private static void assertRefused(String expected, Body body, ParameterSpec... parameters) {
        String message = assertThrows(TracingException.class,
                () -> GraphTracer.trace(SmallNetwork.of(body, parameters))).getMessage();
        assertEquals("SmallNetwork: " + expected, message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void whatIsNotUnderstoodIsRefusedInOneLine() {
        Body queries = (f, p, in) -> f.crossAttention(
                f.linear(f.reshape(p.get("queries"), Shape.of(1, 3, 8)), p.get("q"), null), x(in), x(in), null, 2,
                false);
        assertRefused(
                "operation 'product' on parameters 'queries' [3, 8] and 'q' [8, 8] is not understood: 'queries' has the "
                        + "role WEIGHT, and what is read like a computed value has EMBEDDING or POSITION",
                queries,
                weight("queries", 3, 8), weight("q", 8, 8));
        assertRefused(
                "operation 'binary' on parameter 'table' [4, 8] is not understood: 'table' has several axes, and a scale "
                        + "has one that is longer than 1",
                (f, p, in) -> f.multiply(x(in), p.get("table")),
                spec("table", Role.POSITION, 4, 8));
        assertRefused(
                "operation 'concat' on parameters 'a' [4, 8] and 'b' [4, 8] is not understood: 'a' has the role WEIGHT, "
                        + "and what is read like a computed value has EMBEDDING or POSITION",
                (f, p, in) -> f.linear(x(in), f.concat(0, List.of(p.get("a"), p.get("b"))), null), weight("a", 4, 8),
                weight("b", 4, 8));
        assertRefused(
                "operation 'product' on parameters 'a' [8, 2] and 'b' [2, 8] is not understood: 'a' has the role WEIGHT, "
                        + "and what is read like a computed value has EMBEDDING or POSITION",
                (f, p, in) -> f.linear(x(in), f.matmul(p.get("a"), p.get("b")), null), weight("a", 8, 2),
                weight("b", 2, 8));
        Op<Nothing> own = new Op<>("convolve", new Op.Definition("x", "shape of x", "y = x", "dx = dy"),
                (_, in) -> new Shape[]{in[0]}, (_, _, _, _) -> {}, _ -> {});
        assertRefused(
                "operation 'convolve' on parameter 'kernel' [3] is not understood: parameters are understood in the "
                        + "operations that Ops lists",
                (f, p, in) -> f.tape().apply(own, Nothing.NOTHING, x(in), p.get("kernel")), weight("kernel", 3));
        assertRefused("operation 'convolve' on computed values is not understood: several values are understood in the "
                + "operations that Ops lists", (f, p, in) -> {
                    Variable y = f.linear(x(in), p.get("w"), null);
                    return f.tape().apply(own, Nothing.NOTHING, x(in), y);
                }, weight("w", 8, 8));
        assertRefused(
                "operation 'product' on parameter 'w' [8, 8] is not understood: 'w' has a node from another use, and a "
                        + "second use is of a computed value",
                (f, p, in) -> {
                    Variable y = f.linear(x(in), p.get("w"), null);
                    return f.add(y, f.reshape(f.linear(f.zeros(Shape.of(4, 8)), p.get("w"), null), Shape.of(1, 4, 8)));
                }, weight("w", 8, 8));
    }

    @Test
    void whatTheOutputDoesNotDependOnIsRefusedInOneLine() {
        String way = "; a network names the parameters that its output depends on, and what keeps its own start has the role "
                + "TOKEN";
        assertRefused("parameter 'idle' [3] has no node: no operation reads it" + way, (f, p, in) -> f.relu(x(in)),
                weight("idle", 3));
        assertRefused(
                "parameter 'lost' [8, 8] has no node: operation 'product' reads it, and the output does not depend on "
                        + "that" + way,
                (f, p, in) -> {
                    f.linear(x(in), p.get("lost"), null);
                    return f.relu(x(in));
                }, weight("lost", 8, 8));
        assertRefused("its output depends on no input and no parameter's node",
                (f, _, _) -> f.relu(f.zeros(Shape.of(2))));
        SmallNetwork unread = new SmallNetwork(List.of(), 2, 0, (f, p, in) -> f.relu(x(in)));
        assertTrue(assertThrows(TracingException.class, () -> GraphTracer.trace(unread)).getMessage()
                .contains("input 1 has no way to the output"));
        SmallNetwork nothing = new SmallNetwork(List.of(), 0, 0, (f, p, in) -> f.zeros(Shape.of(2)));
        assertTrue(assertThrows(TracingException.class, () -> GraphTracer.trace(nothing)).getMessage()
                .contains("it has no input"));
    }
}
