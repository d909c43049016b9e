package org.logah.training.meta;

import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureSampler;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;

/**
 * Meta-training on a set of architectures, whose mini-batches come from one source.
 *
 * @param set the architectures
 * @param batches mini-batches that they can read
 */
public record ArchitectureSetTask(ArchitectureSet set, BatchSource batches) implements MetaTask {
    /**
     * {@return a task on the training part of a data set} A hypernetwork's state goes on to the same numbers with the same
     * sampler, data, sizes and stream.
     *
     * @param sampler draws the architectures
     * @param data what they are trained on
     * @param batch sequences or images in a mini-batch
     * @param length tokens in a sequence
     * @param random where architectures and mini-batches come from
     * @throws java.io.UncheckedIOException if the data cannot be read
     */
    public static ArchitectureSetTask of(ArchitectureSampler sampler, DataSplits data, int batch, int length,
            RandomStream random) {
        return of(new ArchitectureSet(sampler, data.format(length), random), data, batch, length, random);
    }

    /**
     * {@return a task of a set on the training part of a data set}
     *
     * @param set the architectures
     * @param data what they are trained on
     * @param batch sequences or images in a mini-batch
     * @param length tokens in a sequence
     * @param random where mini-batches come from
     * @throws java.io.UncheckedIOException if the data cannot be read
     */
    public static ArchitectureSetTask of(ArchitectureSet set, DataSplits data, int batch, int length,
            RandomStream random) {
        return new ArchitectureSetTask(set, data.training(batch, length, random.split("batches")));
    }

    @Override
    public TargetNetwork architecture(int step, int index) { return set.chosen(step, index); }

    @Override
    public Batch batch(int step, Device device) { return batches.batch(step, device); }
}
