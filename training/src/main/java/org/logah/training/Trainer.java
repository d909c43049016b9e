package org.logah.training;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;

/** Trains one target network with AdamW, one step at a time. */
public final class Trainer {
    private final TargetNetwork network;
    private final Parameters parameters;
    private final BatchSource batches;
    private final Config config;
    private final Device device;
    private final AdamW optimizer;
    private int step;

    /**
     * @param accumulate mini-batches whose gradients make one step
     * @param clip largest norm of the gradient
     */
    public record Config(Schedule schedule, int accumulate, double clip, double weightDecay) {
        public Config {
            if (accumulate < 1) throw new TensorException("training: " + accumulate + " mini-batches make no step");
        }

        public static Config of(Schedule schedule) { return new Config(schedule, 1, 1, 0.01); }
    }

    /**
     * One step's outcome.
     *
     * @param items tokens or images seen
     */
    public record Step(int index, double loss, double gradientNorm, double learningRate, int items) {}

    public Trainer(TargetNetwork network, Parameters parameters, BatchSource batches, Config config, Device device) {
        this.network = network;
        this.parameters = parameters;
        this.batches = batches;
        this.config = config;
        this.device = device;
        this.optimizer = new AdamW(parameters, new AdamW.Config(0.9, 0.999, 1e-8, config.weightDecay()));
    }

    public AdamW optimizer() { return optimizer; }

    public Parameters parameters() { return parameters; }

    /** The next step's number, counted from 0. */
    public int position() { return step; }

    /** Goes on from a step after its state was restored. */
    public void seek(int next) { step = next; }

    /** @throws ArithmeticException if the loss is not a number */
    public Step step() {
        parameters.clearGradients();
        double loss = 0;
        int items = 0;
        for (int i = 0; i < config.accumulate(); i++) {
            try (Batch batch = batches.batch(step * config.accumulate() + i, device);
                    Tape tape = Tape.freeing(device)) {
                Variable l = network.loss(new Functions(tape), parameters, batch.input(), batch.targets());
                loss += l.value().item() / config.accumulate();
                tape.backward(l);
                items += batch.items();
            }
        }
        double norm = GradientClip.norm(parameters) / config.accumulate();
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new ArithmeticException("step " + step + ": the loss is " + loss + "; lower the learning rate");
        }
        double rate = config.schedule().at(step);
        optimizer.step(rate, GradientClip.scale(norm, config.clip()) / config.accumulate());
        return new Step(step++, loss, norm, rate, items);
    }

    /** Mean loss over the first {@code count} batches of a source. */
    public static double evaluate(TargetNetwork network, Parameters parameters, BatchSource source, int count,
            Device device) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            try (Batch batch = source.batch(i, device); Tape tape = Tape.inference(device)) {
                sum += network.loss(new Functions(tape), parameters, batch.input(), batch.targets()).value().item();
            }
        }
        return sum / count;
    }
}
