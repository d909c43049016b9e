package org.logah.autograd.nn;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;

/** A named part of a network with one input and one output. */
public interface Layer extends Parameterized {
    /** Computes the part with the parameters of its names among {@code p}. */
    Variable apply(Functions f, Parameters p, Variable x);
}
