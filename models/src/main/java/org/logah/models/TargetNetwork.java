package org.logah.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;

/** A network of one input that classifies: every row of its logits against one target class. */
public interface TargetNetwork extends Network {
    /**
     * Runs the network on one batch.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, those of this network's names among them
     * @param input a batch as {@link #data} says
     * @return logits, a row for each target
     * @throws TensorException if a parameter is missing, or shapes do not fit
     */
    Variable forward(Functions f, Parameters p, Tensor input);

    /**
     * The smallest input that the network accepts, for tracing.
     *
     * @param device where it will be
     * @return an input that lives until nothing refers to it
     */
    Tensor exampleInput(Device device);

    /**
     * {@inheritDoc}
     *
     * @throws TensorException where there is not exactly one input
     */
    @Override
    default Variable forward(Functions f, Parameters p, List<Tensor> inputs) {
        if (inputs.size() != 1)
            throw new TensorException(describe() + " takes one input, not " + inputs.size());
        return forward(f, p, inputs.get(0));
    }

    @Override
    default List<Tensor> exampleInputs(Device device) { return List.of(exampleInput(device)); }

    /** {@return what it reads and tells apart: its largest input and its classes} */
    DataFormat data();

    /** {@return the number of classes, or of tokens in the vocabulary} */
    default int classes() {
        return data().classes();
    }

    /**
     * {@return the same network with another number of classes, or of tokens in its vocabulary} Parameters whose shapes are others in
     * it are those of the classes: a vision transformer's last map, a language model's table of tokens and its head.
     *
     * @param classes how many
     * @throws TensorException if there are no such networks of this family, or that number is not within its bounds
     */
    default TargetNetwork withClasses(int classes) {
        throw new TensorException(describe() + " has no form with another number of classes");
    }

    /**
     * {@return the configuration as {@link ModelCatalog#parse} reads it, e.g. {@code gpt2:layers=6,width=96,..}; networks
     * that are described the same are the same architecture}
     */
    @Override
    String describe();

    /**
     * Fills one parameter the way the network's own library starts it.
     *
     * @param spec one of the network's parameters
     * @param tensor memory of its shape
     * @param random a stream of this parameter's own
     */
    void initialize(ParameterSpec spec, Tensor tensor, RandomStream random);

    /**
     * The residual stream, where the network has one: what its first block reads, and what each block leaves.
     *
     * @param f on the tape that will own the result
     * @param p the network's parameters
     * @param input a batch as {@link #data} says
     * @return one more than there are blocks, or none where the network does not tell
     */
    default List<Variable> residualStream(Functions f, Parameters p, Tensor input) { return List.of(); }

    /**
     * Mean cross-entropy of one batch.
     *
     * @param f records the operations
     * @param p the network's parameters
     * @param input a batch as {@link #data} says
     * @param targets one class per row of the logits; negative ones do not count
     * @return a scalar, in nats
     */
    default Variable loss(Functions f, Parameters p, Tensor input, Tensor targets) {
        Variable logits = forward(f, p, input);
        Shape rows = Shape.of(logits.shape().rows(), logits.shape().last());
        return f.crossEntropy(f.reshape(logits, rows), targets, 0);
    }

    /**
     * {@return trainable parameters, started the chosen way}
     *
     * @param device where they are allocated
     * @param how the way to start
     * @param random each parameter has a stream of its own, split off by its name
     */
    default Parameters initialized(Device device, Initialization how, RandomStream random) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec s : parameters()) {
            Tensor t = device.allocate(s.shape(), DType.F32);
            how.fill(this, s, t, random.split(s.name()));
            tensors.put(s.name(), t);
        }
        return Parameters.trainable(tensors);
    }
}
