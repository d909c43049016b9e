package org.logah.ghn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.nn.Parameterized;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.assembly.RandomDraws;
import org.logah.ghn.assembly.ParameterAssembler;
import org.logah.ghn.decoder.ParameterDecoder;
import org.logah.ghn.encoder.GraphEncoder;
import org.logah.ghn.features.NodeFeatures;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * A graph hypernetwork: features, an encoder, a final layer norm and a decoder. Like every network here it is a function of
 * its parameters, which carry the reference's names.
 */
public final class HyperNetwork implements Parameterized {
    private final GhnConfig config;
    private final NodeFeatures features;
    private final GraphEncoder encoder;
    private final LayerNorm norm;
    private final ParameterDecoder decoder;

    /**
     * Predicted parameters. They and the states belong to the tape that they were predicted on: they can be used until it is
     * closed, and using them later is an {@link IllegalStateException}. {@link #copyTo} keeps them.
     *
     * @param parameters the target's, under its names, with gradients flowing back to the hypernetwork's where the tape records
     * @param states node states after the final layer norm, {@code [nodes, d]}
     * @param graph of the target
     */
    public record Prediction(Parameters parameters, Variable states, ComputationGraph graph) {
        /**
         * The predicted parameters as trainable leaves that no tape owns, to train the target from or to keep.
         *
         * @param device where the copies will be
         * @return copies that live until nothing refers to them; no gradient flows back from them
         * @throws IllegalStateException if the tape was closed already
         */
        public Parameters copyTo(Device device) { return parameters.copyTo(device); }
    }

    /**
     * A hypernetwork, which has no numbers yet.
     *
     * @param config what it is built from
     */
    public HyperNetwork(GhnConfig config) {
        this.config = config;
        features = new NodeFeatures(config.features(), config.hidden(), config.decoder().maxKernel());
        encoder = config.encoder().build(config.hidden(), config.graph().cutoff());
        norm = new LayerNorm("ln", config.hidden(), 1e-5);
        decoder = config.decoder().build(config.hidden(), config.features().classes());
    }

    /** {@return what it is built from} */
    public GhnConfig config() { return config; }

    /** {@return the part that turns node states into raw tensors} */
    public ParameterDecoder decoder() {
        return decoder;
    }

    /** Every parameter under the reference's name, in the order of its files. */
    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(norm.parameters());
        specs.addAll(features.parameters());
        specs.addAll(encoder.parameters());
        specs.addAll(decoder.parameters());
        return specs;
    }

    /**
     * Initial weights as in the reference: linear maps and their biases uniform within {@code 1/sqrt(in)}, norms 1 and 0,
     * embeddings as the encoder says, then adjusted by the decoder.
     *
     * @param device where the weights will be
     * @param random each weight takes the part of its own name
     * @return trainable weights, which live until nothing refers to them
     */
    public Parameters initialized(Device device, RandomStream random) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Set<String> ofDecoder = decoder.shapes().keySet();
        double in = 1;
        for (ParameterSpec s : parameters()) {
            Tensor t = device.allocate(s.shape(), DType.F32);
            RandomStream stream = random.split(s.name());
            if (s.role() == Role.WEIGHT) in = s.fanIn();
            switch (s.role()) {
                case NORM_WEIGHT -> device.kernels().fill(t, 1f);
                case NORM_BIAS -> device.kernels().fill(t, 0f);
                case EMBEDDING -> config.encoder().embeddingStart().fill(t, stream);
                default -> stream.fillUniform(t, -1 / Math.sqrt(in), 1 / Math.sqrt(in));
            }
            if (ofDecoder.contains(s.name())) decoder.adjustStart(s, t);
            tensors.put(s.name(), t);
        }
        return Parameters.trainable(tensors);
    }

    /**
     * {@return the graph of a target as this hypernetwork was made to see it}
     *
     * @param target the network to trace
     */
    public ComputationGraph graphOf(Network target) { return config.graph().of(target); }

    /**
     * Node states after the final layer norm.
     *
     * @param f on the tape that will own the result
     * @param p the hypernetwork's own parameters
     * @param graph the target's graph, from {@link #graphOf}
     * @return the states {@code [nodes, d]}
     * @throws org.logah.engine.TensorException if a node has a primitive that this hypernetwork has no embedding for
     */
    public Variable encode(Functions f, Parameters p, ComputationGraph graph) {
        return encode(f, p, List.of(graph));
    }

    /**
     * Node states of several graphs in one pass, their nodes one behind the other.
     *
     * @param f on the tape that will own the result
     * @param p the hypernetwork's own parameters
     * @param graphs the targets' graphs, from {@link #graphOf}
     * @return the states {@code [nodes of all graphs, d]}
     * @throws org.logah.engine.TensorException if a node has a primitive that this hypernetwork has no embedding for
     */
    public Variable encode(Functions f, Parameters p, List<ComputationGraph> graphs) {
        return norm.apply(f, p, encoder.encode(f, p, graphs, features.apply(f, p, graphs)));
    }

    /**
     * Predicts all parameters of one target, with gradients flowing back into {@code p} where the tape records.
     *
     * @param f on the tape that will own the prediction: it can be used until that tape is closed, so it must not be returned
     * out of the tape's {@code try} block; {@link Prediction#copyTo} makes parameters that can
     * @param p the hypernetwork's own parameters, which stay their owner's
     * @param target the network to predict parameters for
     * @param random gives what is drawn: bases, rows of a position table beyond the grid
     * @return the target's parameters, in memory of the tape
     * @throws IllegalStateException if the tape is closed
     */
    public Prediction predict(Functions f, Parameters p, Network target, RandomStream random) {
        return predict(f, p, target, graphOf(target), RandomDraws.of(f, random));
    }

    /**
     * Predicts all parameters of a target whose graph was traced before.
     *
     * @param f on the tape that will own the prediction
     * @param p the hypernetwork's own parameters
     * @param target the network to predict parameters for
     * @param graph the target's graph, from {@link #graphOf}
     * @param draws what is drawn at random
     * @return the target's parameters, in memory of the tape
     * @throws org.logah.engine.TensorException if the hypernetwork has no embedding for something in the target, or a parameter is
     *         larger than its decoder can emit
     */
    public Prediction predict(Functions f, Parameters p, Network target, ComputationGraph graph,
            RandomDraws draws) {
        return predict(f, p, target, graph, encode(f, p, graph), draws);
    }

    /**
     * Predicts all parameters of a target whose node states are there already.
     *
     * @param f on the tape that will own the prediction
     * @param p the hypernetwork's own parameters
     * @param target the network to predict parameters for
     * @param graph the target's graph, from {@link #graphOf}
     * @param states of the graph's nodes, {@code [nodes, d]}, from {@link #encode}
     * @param draws what is drawn at random
     * @return the target's parameters, in memory of the tape
     * @throws org.logah.engine.TensorException if a parameter is larger than the decoder can emit
     */
    public Prediction predict(Functions f, Parameters p, Network target, ComputationGraph graph, Variable states,
            RandomDraws draws) {
        Map<GraphNode, Variable> raw = decoder.decode(f, p, graph, states);
        Parameters parameters = new ParameterAssembler(config.scaling()).assemble(f, target, graph, raw, draws);
        return new Prediction(parameters, states, graph);
    }

    /**
     * Predicts a batch of targets of any sizes, encoded together. Each gets what it would get alone (the reference's code
     * does not give that: it mixes up rows of padded graphs).
     *
     * @param f on the tape that will own the predictions
     * @param p the hypernetwork's own parameters
     * @param targets the networks to predict parameters for, at least one
     * @param random gives what is drawn, the same for each target
     * @return one prediction per target, in their order
     * @throws org.logah.engine.TensorException if the hypernetwork has no embedding for something in a target, or a parameter is
     *         larger than its decoder can emit
     */
    public List<Prediction> predictAll(Functions f, Parameters p, List<? extends Network> targets,
            RandomStream random) {
        List<ComputationGraph> graphs = targets.stream().map(this::graphOf).toList();
        Variable states = encode(f, p, graphs);
        List<Prediction> out = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < graphs.size(); i++) {
            ComputationGraph graph = graphs.get(i);
            Variable mine = f.slice(states, 0, from, graph.size());
            out.add(predict(f, p, targets.get(i), graph, mine, RandomDraws.of(f, random)));
            from += graph.size();
        }
        return out;
    }
}
