package org.logah.bench.peers;

import java.util.List;

import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.bench.peers.Contestant.Operation;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.models.DataKind;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.run.Learner;
import org.logah.training.targets.TargetTrainer;

/** Steps of one of our trainings. Has a device of its own, so that its memory ends with it. */
final class OurTraining implements Operation {
    private final Device device;
    private final Learner learner;
    private final float[] losses;
    private int steps;

    private OurTraining(Device device, Workload.Step step, Learner learner) {
        this.device = device;
        this.learner = learner;
        losses = new float[step.runsToCheck()];
    }

    static OurTraining of(Workload.TrainingStep w, int threads) {
        Device device = new CpuDevice(threads, KernelChoice.VECTOR);
        Parameters parameters = w.network().initialized(device, Initialization.RANDOM, new RandomStream(7));
        Tensor input = w.network().data().kind() == DataKind.TOKENS
                ? device.ofInts(Shape.of(w.batch(), w.length()), w.tokens("input"))
                : images(w, device);
        Tensor targets = device.ofInts(Shape.of(w.tokens("targets").length), w.tokens("targets"));
        return new OurTraining(device, w, new TargetTrainer(w.network(), parameters,
                (_, _) -> new Batch(input, targets, w.items(), false), TargetTrainer.Config.of(Schedule.constant(3e-4)), device));
    }

    private static Tensor images(Workload.TrainingStep w, Device device) {
        Shape shape = Shape.of(w.batch(), 3, w.length(), w.length());
        return device.allocate(shape, DType.F32).set(w.images(shape.elements()));
    }

    static OurTraining of(Workload.MetaStep w, int threads) {
        Device device = new CpuDevice(threads, KernelChoice.VECTOR);
        HyperNetwork network = w.hyperNetwork();
        int tokens = w.batch() * w.length();
        Batch batch = new Batch(device.ofInts(Shape.of(w.batch(), w.length()), w.tokens("input")),
                device.ofInts(Shape.of(tokens), w.tokens("targets")), tokens, false);
        MetaTrainer.Config config = MetaTrainer.Config.of(w.targets().size(), Schedule.constant(w.rate()), 0, 1);
        return new OurTraining(device, w, new MetaTrainer(network, w.start(network, device),
                new Fixed(List.copyOf(w.targets()), batch), config, device));
    }

    /** The same architectures and the same mini-batch in each step. */
    private record Fixed(List<TargetNetwork> targets, Batch batch) implements MetaTask {
        @Override
        public TargetNetwork architecture(int step, int index) { return targets.get(index); }

        @Override
        public Batch batch(int step, Device device) { return batch; }
    }

    @Override
    public void run() {
        double loss = learner.step().loss();
        if (steps < losses.length) losses[steps++] = (float) loss;
    }

    @Override
    public float[] result() { return losses.clone(); }

    @Override
    public void close() { device.close(); }
}
