package org.logah.training.data;

import org.logah.engine.Device;

/** Mini-batches by number: the same number gives the same batch, so training resumes to the same numbers. */
public interface BatchSource {
    Batch batch(int number, Device device);
}
