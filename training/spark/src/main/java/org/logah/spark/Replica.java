package org.logah.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Bf16;
import org.logah.engine.DType;
import org.logah.engine.Tensor;

/** The weights of an executor with gradients of their own, for one task at a time; their memory serves task after task. */
final class Replica {
    private final Parameters parameters;
    private final Map<String, Tensor> halves = new HashMap<>();

    /** @param weights whose values are shared */
    Replica(Parameters weights) {
        parameters = weights.map(v -> Variable.parameter(v.name(), v.value()));
    }

    Parameters parameters() { return parameters; }

    /** The gradient of one of them, rounded to BF16. */
    Tensor narrowed(Variable v) {
        Tensor gradient = Objects.requireNonNull(v.gradient());
        Tensor half = halves.computeIfAbsent(v.name(), _ -> gradient.device().allocate(gradient.shape(), DType.BF16));
        Bf16.narrow(gradient.segment(), half.segment(), gradient.elements());
        return half;
    }
}
