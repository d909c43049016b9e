package org.logah.training.data;

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
 */
public record Batch(Tensor input, Tensor targets, int items, boolean temporary) implements AutoCloseable {
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
    }
}
