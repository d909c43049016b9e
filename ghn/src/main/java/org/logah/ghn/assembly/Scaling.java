package org.logah.ghn.assembly;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.TensorException;
import org.logah.engine.part.Part;
import org.logah.engine.part.Parts;

/**
 * The start strategy: the factors that bring decoded tensors to the size of initial weights, and random bases under them.
 * Implementations are records, whose components are saved in files. Callers do the multiplication, with gradients or piece by
 * piece.
 */
public interface Scaling extends Part {
    /**
     * {@return what a decoded parameter is multiplied with}
     *
     * @param spec a parameter of two or more axes
     * @param depth number of attention layers of its network
     */
    Factor factor(ParameterSpec spec, int depth);

    /**
     * {@return what a predicted bias is multiplied with; by default 1, the reference leaves it as it is}
     *
     * @param spec a parameter of one axis that is added
     * @param depth number of attention layers of its network
     */
    default double biasFactor(ParameterSpec spec, int depth) { return 1; }

    /**
     * {@return the random tensor that the multiplied one is added to, or null for none; by default none}
     *
     * @param spec a parameter of two or more axes
     * @param depth number of attention layers of its network
     */
    default @Nullable RandomBase base(ParameterSpec spec, int depth) { return null; }

    /**
     * {@return the values of a vision position table's row beyond its grid, such as the class token's; null, the default, to draw
     * it at random as the reference does}
     *
     * @param width numbers of the row
     */
    default float @Nullable [] rowBeyondGrid(int width) { return null; }

    /** What a tensor is multiplied with. */
    sealed interface Factor {
        /**
         * The same factor whatever was decoded.
         *
         * @param by the factor
         */
        record Constant(double by) implements Factor {}

        /**
         * {@code deviation / (d + eps)} with {@code d} the tensor's own standard deviation, unbiased.
         *
         * @param deviation the standard deviation that the tensor is brought to
         * @param eps keeps the factor finite where all elements are equal
         */
        record ToDeviation(double deviation, double eps) implements Factor {
            /**
             * {@return the factor for a tensor of a known deviation}
             *
             * @param found the tensor's own standard deviation, unbiased
             */
            public double of(double found) { return deviation / (found + eps); }
        }
    }

    /**
     * {@return whether a parameter is a table of embeddings, which the reference's language forms leave as they are}
     *
     * @param spec the parameter
     */
    static boolean isTable(ParameterSpec spec) {
        return spec.role() == Role.EMBEDDING || spec.role() == Role.POSITION || spec.role() == Role.TOKEN;
    }

    /**
     * {@return {@code sqrt(2 depth)} for weight or bias of a map onto the residual stream, which grows by each, and 1 for others
     * (GPT-2, section 2.3)}
     *
     * @param spec the parameter
     * @param depth number of attention layers of its network; none counts as one
     */
    static double residual(ParameterSpec spec, int depth) {
        return spec.residual() ? Math.sqrt(2.0 * Math.max(1, depth)) : 1;
    }

    /**
     * {@return the scaling of a name}
     *
     * @param kind the name, as {@code fan-in}
     * @throws TensorException if there is no scaling of that name, saying which there are
     */
    static Scaling parse(String kind) { return Parts.of(Scaling.class, "scaling").get(kind); }
}
