package org.logah.cli;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.DType;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.models.TargetNetwork;

/** How much memory a job will take, found by running it on the meta device before anything is allocated. */
public final class MemoryNeed {
    /** Weight, gradient and Adam's two moments. */
    private static final int COPIES = 4;

    private MemoryNeed() {}

    /** One training step with AdamW. */
    public static long ofTraining(TargetNetwork network, int batch, int context) {
        MetaDevice meta = new MetaDevice();
        Parameters p = network.zeros(meta);
        Shape shape = network.isLanguageModel()
                ? Shape.of(batch, context)
                : network.exampleInput(meta).shape().with(0, batch);
        Tensor input = meta.allocate(shape, network.isLanguageModel() ? DType.I32 : DType.F32);
        Tensor targets = meta.allocate(Shape.of(network.isLanguageModel() ? batch * context : batch), DType.I32);
        try (Tape tape = new Tape(meta)) {
            Variable loss = network.loss(new Functions(tape), p, input, targets);
            tape.backward(loss);
        }
        return network.parameterCount() * 4 * COPIES + meta.pool().report().peak();
    }

    /** A streaming prediction: factors, and the largest tensor on its way to the file. */
    public static long ofPrediction(HyperNetwork hyper, TargetNetwork target) {
        MetaDevice meta = new MetaDevice();
        Parameters weights = new Parameters();
        hyper.parameters().forEach(s -> weights.put(s.name(), Variable.constant(meta.zeros(s.shape()))));
        new StreamingPredictor(hyper, weights, meta).predict(target, new RandomStream(0),
                (_, shape) -> meta.zeros(shape), _ -> {});
        long largest = target.parameters().stream().mapToLong(p -> p.shape().bytes(DType.F32)).max().orElse(0);
        return hyper.parameterCount() * 4 + meta.pool().report().peak() + largest;
    }
}
