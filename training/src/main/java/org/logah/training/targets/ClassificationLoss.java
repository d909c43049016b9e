package org.logah.training.targets;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;

/**
 * The mean cross-entropy of a mini-batch, with two ways to keep a network from being too sure. Label smoothing (arXiv 1512.00567,
 * section 7) spreads a part e of each target evenly over all classes: (1 - e) CE(x, t) - e mean(log softmax(x)), as PyTorch's
 * CrossEntropyLoss has it. Mini-batches whose examples are mixed have two targets for each: (1 - w) CE(x, own) + w CE(x, partner's)
 * (mixup, arXiv 1710.09412).
 *
 * @param labelSmoothing e, from 0 to below 1; 0 for none
 */
public record ClassificationLoss(double labelSmoothing) {
    /** Without smoothing: what a network's own loss is, bit for bit, where nothing is mixed. */
    public static final ClassificationLoss PLAIN = new ClassificationLoss(0);

    /**
     * Checks the smoothing.
     *
     * @throws TensorException if it is not from 0 to below 1
     */
    public ClassificationLoss {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1))
            throw new TensorException(
                    "label smoothing " + labelSmoothing + ": choose a number from 0, for none, to below 1");
    }

    /**
     * {@return the loss of a network, a scalar in nats}
     *
     * @param f records the operations
     * @param network the target
     * @param parameters its parameters
     * @param batch what it reads, and its targets
     */
    public Variable of(Functions f, TargetNetwork network, Parameters parameters, Batch batch) {
        Batch.Partner partner = batch.partner();
        if (labelSmoothing == 0 && partner == null)
            return network.loss(f, parameters, batch.input(), batch.targets());
        Variable rows = rows(f, network.forward(f, parameters, batch.input()));
        Variable own = f.crossEntropy(rows, batch.targets(), labelSmoothing);
        if (partner == null) return own;
        Variable other = f.crossEntropy(rows, partner.targets(), labelSmoothing);
        return f.add(f.scale(own, 1 - partner.weight()), f.scale(other, partner.weight()));
    }

    /** Logits as a matrix, a row for each target. */
    static Variable rows(Functions f, Variable logits) {
        return f.reshape(logits, Shape.of(logits.shape().rows(), logits.shape().last()));
    }
}
