package org.logah.models.data;

import org.logah.engine.Tensor;

/**
 * One mini-batch. Closing it gives its memory back at once; otherwise that is left to garbage collection.
 *
 * @param targets one class per row of the network's logits, negative where there is none
 * @param items tokens or images, for rates
 */
public record Batch(Tensor input, Tensor targets, int items) implements AutoCloseable {
    @Override
    public void close() {
        input.storage().releaseAll();
        targets.storage().releaseAll();
    }
}
