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
    /** Runs the network on one batch. */
    Variable forward(Functions f, Parameters p, Tensor input);

    /** The smallest input that the network accepts, for tracing. */
    Tensor exampleInput(Device device);

    /** @throws TensorException where there is not exactly one input */
    @Override
    default Variable forward(Functions f, Parameters p, List<Tensor> inputs) {
        if (inputs.size() != 1)
            throw new TensorException(describe() + " takes one input, not " + inputs.size());
        return forward(f, p, inputs.get(0));
    }

    @Override
    default List<Tensor> exampleInputs(Device device) { return List.of(exampleInput(device)); }

    /** Number of classes, or of tokens in the vocabulary. */
    int classes();

    /** Whether this is a language model, predicting each next token. */
    boolean isLanguageModel();

    /** The configuration as a person would write it, e.g. {@code gpt2:layers=6,width=96,..}. */
    @Override
    String describe();

    /** Fills one parameter the way the network's own library starts it. */
    void initialize(ParameterSpec spec, Tensor tensor, RandomStream random);

    /**
     * Mean cross-entropy of one batch.
     *
     * @param targets one class per row of the logits; negative ones do not count
     */
    default Variable loss(Functions f, Parameters p, Tensor input, Tensor targets) {
        Variable logits = forward(f, p, input);
        Shape rows = Shape.of(logits.shape().rows(), logits.shape().last());
        return f.crossEntropy(f.reshape(logits, rows), targets, 0);
    }

    /** Trainable parameters, started the chosen way. */
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
