package org.logah.training.data;

import org.logah.engine.Tensor;

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
    @Override
    public void close() {
        if (!temporary) return;
        input.storage().releaseAll();
        targets.storage().releaseAll();
    }
}
