package org.logah.models;

import java.util.List;

import org.logah.autograd.Checkpointing;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;

/** A block of a network that keeps nothing of its inside for the gradient: less memory, one more forward pass. */
public final class Recomputation {
    private Recomputation() {}

    /** What a block computes. It draws nothing, and what it needs beside its states and parameters it makes itself. */
    @FunctionalInterface
    public interface Block {
        /**
         * Applies the block.
         *
         * @param f records the operations
         * @param p the block's parameters
         * @param x its states
         * @return states
         */
        Variable apply(Functions f, Parameters p, Variable x);
    }

    /**
     * Applies a block with {@link Checkpointing}.
     *
     * @param f records the operations
     * @param p the parameters of the whole network
     * @param x states
     * @param parameters of the block
     * @param block computes it, now and once more for the gradient
     * @return what the block gives
     */
    public static Variable apply(Functions f, Parameters p, Variable x, List<ParameterSpec> parameters, Block block) {
        List<String> names = parameters.stream().map(ParameterSpec::name).toList();
        Variable[] inputs = new Variable[names.size() + 1];
        inputs[0] = x;
        for (int i = 0; i < names.size(); i++) inputs[i + 1] = p.get(names.get(i));
        return Checkpointing.apply(f.tape(), (g, in) -> {
            Parameters own = new Parameters();
            for (int i = 0; i < names.size(); i++) own.put(names.get(i), in[i + 1]);
            return block.apply(g, own, in[0]);
        }, inputs);
    }
}
