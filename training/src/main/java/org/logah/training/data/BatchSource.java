package org.logah.training.data;

import org.logah.engine.Device;

/** Mini-batches by number: the same number gives the same batch, so training resumes to the same numbers. */
public interface BatchSource {
    /**
     * {@return the mini-batch of a number} The caller closes it.
     *
     * @param number counted from 0
     * @param device where its tensors are made; where they have no numbers, none are drawn
     */
    Batch batch(int number, Device device);
}
