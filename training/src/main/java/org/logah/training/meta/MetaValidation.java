package org.logah.training.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.nn.Network;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.RandomDraws;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.run.Validation;

/**
 * How well a hypernetwork predicts for held-out architectures: the mean loss of networks with predicted parameters, on the first
 * mini-batches of data that nothing is trained on. Architectures are computed in parallel; threads change no number.
 */
public final class MetaValidation {
    /** Architectures that are held out. */
    public static final int ARCHITECTURES = 8;
    /** Mini-batches that each of them reads. */
    public static final int BATCHES = 4;
    /** How many times as wide as those held out the wider ones are. */
    public static final int TIMES = 2;
    /** The name in metrics of the mean loss of the wider ones. */
    public static final String WIDER = "wider";
    /** Graphs that are kept from one validation to the next: more than those held out and the wider ones. */
    private static final int CACHED_GRAPHS = 256;
    private final MetaTrainer trainer;
    private final HyperNetwork network;
    private final MetaTask task;
    private final BatchSource batches;
    private final Device device;
    private final RandomStream random;
    private final LruCache<Network, ComputationGraph> graphs = new LruCache<>(CACHED_GRAPHS);

    /**
     * A validation of a hypernetwork in training.
     *
     * @param trainer whose weights are asked for, the average where it keeps one
     * @param network the hypernetwork
     * @param task says what a network's loss is
     * @param batches mini-batches that nothing is trained on
     * @param device where it is computed
     * @param random what predictions draw, the same each time
     */
    public MetaValidation(MetaTrainer trainer, HyperNetwork network, MetaTask task, BatchSource batches, Device device,
            RandomStream random) {
        this.trainer = trainer;
        this.network = network;
        this.task = task;
        this.batches = batches;
        this.device = device;
        this.random = random;
    }

    /**
     * {@return networks twice as wide as given ones, and as deep: the widest of them are wider than all that is trained on}
     *
     * @param architectures networks that {@link ModelCatalog} knows
     * @throws org.logah.engine.TensorException if a family has no width
     */
    public static List<TargetNetwork> wider(List<TargetNetwork> architectures) {
        return architectures.stream().map(a -> ModelCatalog.wider(a, TIMES)).toList();
    }

    /**
     * {@return when and how a run validates: by the loss on architectures that are held out, and by that on wider ones}
     *
     * @param every steps from one validation to the next
     * @param heldOut architectures that are not trained on
     */
    public Validation validation(int every, List<TargetNetwork> heldOut) {
        List<TargetNetwork> wider = wider(heldOut);
        return new Validation(every, List.of(WIDER),
                () -> new Validation.Result(loss(heldOut), Map.of(WIDER, loss(wider))));
    }

    /**
     * {@return the mean loss of networks with predicted parameters, as things stand}
     *
     * @param architectures the networks, at least one
     */
    public double loss(List<TargetNetwork> architectures) {
        List<Batch> shared = new ArrayList<>();
        double[] losses = new double[architectures.size()];
        try {
            for (int i = 0; i < BATCHES; i++) shared.add(batches.batch(i, device));
            Parameters weights = trainer.predicting();
            device.parallel(losses.length, i -> losses[i] = loss(weights, architectures.get(i), i, shared));
        } finally {
            shared.forEach(Batch::close);
        }
        double sum = 0;
        for (double loss : losses) sum += loss / losses.length;
        return sum;
    }

    private double loss(Parameters weights, TargetNetwork target, int number, List<Batch> shared) {
        double sum = 0;
        try (Tape tape = Tape.inference(device)) {
            Parameters predicted = network.predict(new Functions(tape), weights, target,
                    graphs.get(target, network::graphOf),
                    RandomDraws.of(new Functions(tape), random.split(number))).parameters();
            for (Batch batch : shared) {
                try (Tape inner = Tape.inference(device)) {
                    sum += task.loss(new Functions(inner), target, predicted, batch).value().item() / shared.size();
                }
            }
        }
        return sum;
    }
}
