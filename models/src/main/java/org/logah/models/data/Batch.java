package org.logah.models.data;

import org.logah.engine.Tensor;

/**
 * One mini-batch.
 *
 * @param targets one class per row of the network's logits, negative where there is none
 * @param items tokens or images, for rates
 */
public record Batch(Tensor input, Tensor targets, int items) {}
