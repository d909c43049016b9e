package org.logah.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * Activation checkpointing (arXiv 1604.06174): a part of a network keeps only its inputs and result; what lies between is
 * computed again when the gradient needs it.
 */
public final class Checkpointing {
    private Checkpointing() {}

    /**
     * Computes {@code part} without recording its inside.
     *
     * @param tape owns the result
     * @param part a pure function of the variables passed to it; it must reach everything trainable through them
     * @param inputs what it is computed from
     * @return its result
     */
    public static Variable apply(Tape tape, BiFunction<Functions, Variable[], Variable> part, Variable... inputs) {
        return tape.isTracing()
                ? part.apply(new Functions(tape), inputs)
                : tape.apply(Ops.CHECKPOINT, new Part(part), inputs);
    }

    /**
     * Computes a block of a network, as {@link #apply} does where its functions are {@linkplain Functions#recomputing recomputing},
     * else as it stands. Numbers and gradients are the same.
     *
     * @param f records the operations
     * @param p the parameters of the whole network
     * @param names those of them that the block reads
     * @param x the block's input
     * @param block the block
     * @return its result
     */
    public static Variable block(Functions f, Parameters p, Collection<String> names, Variable x, Block block) {
        if (!f.recomputes()) return block.apply(f, p, x);
        List<Variable> inputs = new ArrayList<>(List.of(x));
        for (String name : names) inputs.add(p.get(name));
        return apply(f.tape(), (g, in) -> {
            Parameters q = new Parameters();
            int next = 1;
            for (String name : names) q.put(name, in[next++]);
            return block.apply(g, q, in[0]);
        }, inputs.toArray(Variable[]::new));
    }

    /** A block of a network, as {@link #block} computes it. */
    @FunctionalInterface
    public interface Block {
        /**
         * Computes the block.
         *
         * @param f records the operations
         * @param p parameters, the block's own among them
         * @param x its input
         * @return its result
         */
        Variable apply(Functions f, Parameters p, Variable x);
    }

    static Shape[] shape(Part part, Shape[] in) {
        MetaDevice meta = new MetaDevice();
        try (Tape inner = Tape.inference(meta)) {
            Variable[] inputs = Arrays.stream(in).map(s -> Variable.constant(meta.zeros(s))).toArray(Variable[]::new);
            return new Shape[]{part.function().apply(new Functions(inner), inputs).shape()};
        }
    }

    static void forward(Kernels kernels, Part part, Tensor[] in, Tensor[] out) {
        try (Tape inner = Tape.inference(in[0].device())) {
            Variable[] inputs = Arrays.stream(in).map(Variable::constant).toArray(Variable[]::new);
            kernels.affine(1f, 0f, part.function().apply(new Functions(inner), inputs).value(), out[0]);
        }
    }

    static void gradient(Pullback<Part> p) {
        Device device = p.dy().device();
        try (Tape inner = new Tape(device)) {
            Variable[] inputs = new Variable[p.inputs()];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = p.needs(i) ? inner.input("input" + i, p.in(i)).keepGradient() : Variable.constant(p.in(i));
            }
            Variable y = p.attributes().function().apply(new Functions(inner), inputs);
            inner.backward(y, p.dy());
            for (int i = 0; i < inputs.length; i++) {
                @Nullable
                Tensor g = inputs[i].gradient();
                if (g == null) continue;
                Tensor copy = p.fresh(g.shape());
                p.kernels().affine(1f, 0f, g, copy);
                p.give(i, copy);
            }
        }
    }

    record Part(BiFunction<Functions, Variable[], Variable> function) {}
}
