package org.logah.training.data;

import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;

/** Mini-batches by number: the same number gives the same batch, so training resumes to the same numbers. */
public interface BatchSource {
    /**
     * {@return the mini-batch of a number} The caller closes it.
     *
     * @param number counted from 0
     * @param device where its tensors are made; where they have no numbers, none are drawn
     */
    Batch batch(int number, Device device);

    /** Draws a mini-batch. */
    @FunctionalInterface
    interface Draw {
        /**
         * One mini-batch; the same for the same state of the stream.
         *
         * @param random where its examples come from
         * @param device where its tensors are made
         * @return a batch of the size that was asked for
         */
        Batch batch(RandomStream random, Device device);
    }

    /**
     * {@return mini-batches that are drawn, each from its number's part of a stream; only their shapes where there are no numbers}
     *
     * @param format what one example is
     * @param size examples in a mini-batch
     * @param random where the choice comes from
     * @param draw draws one
     */
    static BatchSource drawn(DataFormat format, int size, RandomStream random, Draw draw) {
        return (number, device) -> {
            if (!device.hasData()) return Batch.ofShapes(format, size, device);
            format.targets(size); // refuses more than an array can hold
            return draw.batch(random.split(number), device);
        };
    }
}
