package org.logah.training.meta;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.RandomDraws;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;

/**
 * Computes one architecture's share of the gradient of a meta-training's step: predicts its parameters and backpropagates its
 * loss on the step's mini-batch through target and hypernetwork (GHN-2, section 3.1). It is the unit of parallel work, here or on
 * other machines, with the same numbers. Thread-safe.
 */
public final class ArchitectureGradient {
    /** Graphs kept from step to step: all of a set of a thousand, the latest of an endless set. */
    private static final int CACHED_GRAPHS = 2048;
    private final HyperNetwork network;
    private final MetaTask task;
    private final Terms terms;
    private final Device device;
    private final LruCache<Network, ComputationGraph> graphs = new LruCache<>(CACHED_GRAPHS);

    /**
     * The configuration that determines a gradient.
     *
     * @param metaBatch architectures a step, by which each one's share is divided
     * @param penalty gamma, the weight in the loss of the sum of the predicted tensors' Frobenius norms
     * @param recompute whether targets recompute each block's activations for its gradient instead of keeping them
     * @param seed of what predictions draw at random
     */
    public record Terms(int metaBatch, double penalty, boolean recompute, long seed) {}

    /**
     * Gradients of a hypernetwork.
     *
     * @param network the hypernetwork
     * @param task what it is trained on
     * @param terms what its loss is
     * @param device where it is computed
     */
    public ArchitectureGradient(HyperNetwork network, MetaTask task, Terms terms, Device device) {
        this.network = network;
        this.task = task;
        this.terms = terms;
        this.device = device;
    }

    /**
     * {@return the mini-batch of a step, which all of its architectures read} The caller closes it.
     *
     * @param step the step's number, counted from 0
     */
    public Batch batch(int step) { return task.batch(step, device); }

    /**
     * Traces the graph of an architecture, unless it is known.
     *
     * @param step the step's number
     * @param index the architecture's place in its meta-batch
     */
    void trace(int step, int index) { graph(task.architecture(step, index)); }

    private ComputationGraph graph(TargetNetwork target) { return graphs.get(target, network::graphOf); }

    /**
     * Adds an architecture's share to the gradients of weights.
     *
     * @param weights the hypernetwork's, as they stand in this step
     * @param batch the step's mini-batch
     * @param step the step's number
     * @param index the architecture's place in its meta-batch
     * @return its share of the step's mean loss, without the penalty
     */
    public double add(Parameters weights, Batch batch, int step, int index) {
        TargetNetwork target = task.architecture(step, index);
        ComputationGraph graph = graph(target);
        try (Tape tape = Tape.freeing(device)) {
            Functions f = new Functions(tape);
            Functions inTarget = terms.recompute() ? f.recomputing() : f;
            RandomStream random = new RandomStream(terms.seed()).split(step).split(index);
            RandomDraws draws = new RandomDraws(shape -> RandomDraws.rows(f, shape, random), random.split("base"));
            HyperNetwork.Prediction prediction = network.predict(f, weights, target, graph, draws);
            Variable loss = task.loss(inTarget, target, prediction.parameters(), batch);
            double value = loss.value().item();
            Variable total = terms.penalty() == 0 ? loss : f.add(loss, penalty(f, target, prediction.parameters()));
            tape.backward(f.scale(total, 1.0 / terms.metaBatch()));
            return value / terms.metaBatch();
        }
    }

    private Variable penalty(Functions f, TargetNetwork target, Parameters predicted) {
        Variable sum = null;
        for (ParameterSpec spec : target.parameters()) {
            Variable v = predicted.get(spec.name());
            if (!v.requiresGradient() || spec.role() == Role.TOKEN) continue;
            Variable norm = f.norm(v);
            sum = sum == null ? norm : f.add(sum, norm);
        }
        if (sum == null) throw new IllegalStateException("nothing was predicted");
        return f.scale(sum, terms.penalty());
    }
}
