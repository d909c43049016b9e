package org.logah.autograd.nn;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;

/** A named part of a network with one input and one output. */
public interface Layer extends Parameterized {
    /**
     * Computes the part.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, those of this part's names among them
     * @param x its input
     * @return its output
     * @throws org.logah.engine.TensorException if a parameter is missing, or shapes do not fit
     */
    Variable apply(Functions f, Parameters p, Variable x);
}
