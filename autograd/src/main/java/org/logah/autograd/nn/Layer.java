package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;

/** A named part of a network with one input and one output; it owns no numbers. */
public interface Layer {
    List<ParameterSpec> parameters();

    Variable apply(Functions f, Parameters p, Variable x);
}
