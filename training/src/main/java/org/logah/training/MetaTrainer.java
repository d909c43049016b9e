package org.logah.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.autograd.optim.Schedule;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.part.JsonValues;
import org.logah.engine.part.RecordJson;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.Draws;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;

/**
 * Meta-training (GHN-2 section 3.1, LoGAH section 4): each step predicts the parameters of a few architectures, runs each on
 * one mini-batch, and moves the hypernetwork down the mean loss.
 */
public final class MetaTrainer implements Learner {
    private final HyperNetwork network;
    private final Parameters weights;
    private final MetaTask task;
    private final Config config;
    private final Device device;
    private final AdamW optimizer;
    private final Map<Network, ComputationGraph> graphs = new ConcurrentHashMap<>();
    /** The same weights once per architecture of a step, each with gradients of its own. */
    private final List<Parameters> replicas = new ArrayList<>();
    private int step;
    private int skipped;

    /**
     * How a hypernetwork is trained.
     *
     * @param metaBatch architectures a step
     * @param schedule learning rate by step
     * @param clip largest norm of the gradient
     * @param weightDecay decoupled weight decay of AdamW (arXiv 1711.05101)
     * @param penalty gamma: this times the sum of the predicted tensors' Frobenius norms joins the loss
     * @param seed of what predictions draw at random
     */
    public record Config(int metaBatch, Schedule schedule, double clip, double weightDecay, double penalty, long seed) {
        /**
         * Checks that there is something to do in a step.
         *
         * @throws TensorException if a step has no architecture
         */
        public Config {
            if (metaBatch < 1) throw new TensorException("meta-training: " + metaBatch + " architectures make no step");
        }

        /**
         * {@return a configuration with gradients clipped at norm 5 and weight decay 1e-2, as the papers have it}
         *
         * @param metaBatch architectures a step
         * @param schedule learning rate by step
         * @param penalty weight of the sum of the predicted tensors' norms; 0 for none
         * @param seed of what predictions draw at random
         * @throws TensorException if a step has no architecture
         */
        public static Config of(int metaBatch, Schedule schedule, double penalty, long seed) {
            return new Config(metaBatch, schedule, 5, 1e-2, penalty, seed);
        }

        /**
         * {@return the paper's choices for everything but the schedule} The penalty is LoGAH's, 3e-5.
         *
         * @param metaBatch architectures a step
         * @param schedule learning rate by step
         * @param seed of what predictions draw at random
         * @throws TensorException if a step has no architecture
         */
        public static Config paper(int metaBatch, Schedule schedule, long seed) {
            return of(metaBatch, schedule, 3e-5, seed);
        }
    }

    /**
     * A meta-training from its first step.
     *
     * @param network the hypernetwork
     * @param weights where it starts; trained in place
     * @param task what it is trained on
     * @param config how
     * @param device where steps are computed; the weights are there
     */
    public MetaTrainer(HyperNetwork network, Parameters weights, MetaTask task, Config config, Device device) {
        this.network = network;
        this.weights = weights;
        this.task = task;
        this.config = config;
        this.device = device;
        for (int i = 0; i < config.metaBatch(); i++)
            replicas.add(weights.map(v -> Variable.parameter(v.name(), v.value())));
        this.optimizer = new AdamW(weights, new AdamW.Config(0.9, 0.999, 1e-8, config.weightDecay()));
    }

    /** {@return the hypernetwork's weights as they stand} */
    public Parameters weights() { return weights; }

    @Override
    public int position() { return step; }

    /** Writes a file that {@link GhnFile#read} reads as well. */
    @Override
    public void save(Path file, Map<String, String> more) throws IOException {
        Map<String, String> header = new LinkedHashMap<>(more);
        header.putAll(GhnFile.header(network.config()));
        TrainingState.write(file, header, weights, optimizer, step);
    }

    /** Writes a file that {@link GhnFile#read} reads. */
    @Override
    public void saveWeights(Path file, Map<String, String> more) throws IOException {
        Map<String, String> header = new LinkedHashMap<>(more);
        header.putAll(GhnFile.header(network.config()));
        TrainingState.writeWeights(file, header, weights);
    }

    /** The configuration in the file's header must be this hypernetwork's. */
    @Override
    public void restore(Path file) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            GhnConfig held = GhnFile.config(in);
            if (!held.equals(network.config()))
                throw new FileFormatException(file, "holds a training of another hypernetwork: "
                        + JsonValues.difference(RecordJson.write(held), RecordJson.write(network.config())));
        }
        step = TrainingState.restore(file, weights, optimizer);
    }

    /** {@return how many steps of this process were left out because their loss or gradient was not a number} */
    public int skipped() {
        return skipped;
    }

    /**
     * Does one step. Architectures run side by side; their gradients are added in order, so threads change no number. The loss
     * is without the penalty. A step whose loss or gradient is not a number is left out and counted.
     */
    @Override
    public @Nullable TrainingStep step(BooleanSupplier stopped) {
        int m = config.metaBatch();
        double[] losses = new double[m];
        int current = step;
        AtomicBoolean undone = new AtomicBoolean();
        try (Batch batch = task.batch(current, device)) {
            device.parallel(m, i -> {
                if (stopped.getAsBoolean()) undone.set(true);
                else losses[i] = gradient(replicas.get(i), batch, current, i);
            });
        }
        if (undone.get()) return null;
        weights.clearGradients();
        double loss = 0;
        for (int i = 0; i < m; i++) loss += losses[i] / m;
        for (String name : weights.names()) addGradients(name);
        double norm = GradientClip.norm(weights);
        double rate = config.schedule().at(step);
        boolean sound = Double.isFinite(loss) && Double.isFinite(norm);
        if (sound) optimizer.step(rate, GradientClip.scale(norm, config.clip()));
        else skipped++;
        return new TrainingStep(step++, loss, norm, rate, m, sound);
    }

    private void addGradients(String name) {
        Variable total = weights.get(name);
        for (Parameters copy : replicas) {
            Tensor g = copy.get(name).gradient();
            if (g != null) total.addGradient(g);
        }
    }

    private double gradient(Parameters copy, Batch batch, int current, int index) {
        copy.clearGradients();
        TargetNetwork target = task.architecture(current, index);
        ComputationGraph graph = graphs.computeIfAbsent(target, network::graphOf);
        try (Tape tape = Tape.freeing(device)) {
            Functions f = new Functions(tape);
            RandomStream random = new RandomStream(config.seed()).split(current).split(index);
            Draws draws = new Draws(shape -> Draws.rows(f, shape, random), random.split("base"));
            HyperNetwork.Prediction prediction = network.predict(f, copy, target, graph, draws);
            Variable loss = task.loss(f, target, prediction.parameters(), batch);
            double value = loss.value().item();
            Variable total = config.penalty() == 0 ? loss : f.add(loss, penalty(f, target, prediction.parameters()));
            tape.backward(f.scale(total, 1.0 / config.metaBatch()));
            return value;
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
        return f.scale(sum, config.penalty());
    }
}
