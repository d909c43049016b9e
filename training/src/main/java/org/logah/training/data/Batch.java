package org.logah.training.data;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.models.DataFormat;

/**
 * One mini-batch.
 *
 * @param input what the network reads: tokens {@code [batch, length]}, or images {@code [batch, channels, height, width]}
 * @param targets one class per row of the network's logits, negative where there is none
 * @param items tokens or images, for rates
 * @param temporary whether its tensors are nobody else's, so that closing it ends them: a GPU has their memory back at once, the
 *        CPU at the next garbage collection; a source that keeps them says false, and then closing does nothing
 * @param partner what was mixed into the input; null for nothing
 */
public record Batch(Tensor input, Tensor targets, int items, boolean temporary, @Nullable Partner partner)
        implements
            AutoCloseable {
    /**
     * The examples that were mixed into those of a mini-batch.
     *
     * @param targets their classes, as many as those of the batch
     * @param weight their part of the input and of the loss, from 0 to 1
     */
    public record Partner(Tensor targets, double weight) {}

    /**
     * A mini-batch of whole examples.
     *
     * @param input what the network reads
     * @param targets one class per row of the network's logits, negative where there is none
     * @param items tokens or images
     * @param temporary whether its tensors are nobody else's
     */
    public Batch(Tensor input, Tensor targets, int items, boolean temporary) {
        this(input, targets, items, temporary, null);
    }

    /**
     * {@return a mini-batch without numbers, for a device that has none: how much memory a batch takes can be asked before it is
     * drawn}
     *
     * @param data what one example is
     * @param size examples in the mini-batch
     * @param device on which only shapes exist
     * @throws TensorException if there are more numbers than an array can hold
     */
    public static Batch ofShapes(DataFormat data, int size, Device device) {
        int rows = data.targets(size);
        return new Batch(device.allocate(data.inputShape(size), data.inputType()),
                device.allocate(Shape.of(rows), DType.I32), rows, true);
    }

    @Override
    public void close() {
        if (!temporary) return;
        input.storage().releaseAll();
        targets.storage().releaseAll();
        if (partner != null) partner.targets().storage().releaseAll();
    }
}
