package org.logah.autograd.nn;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Tensor;

/** A network as a function of its parameters: it owns no numbers, so a hypernetwork's output can be its parameters. */
public interface Network extends Parameterized {
    /** Runs the network on one batch. */
    Variable forward(Functions f, Parameters p, Tensor input);

    /** The smallest input that the network accepts, for tracing. */
    Tensor exampleInput(Device device);
}
