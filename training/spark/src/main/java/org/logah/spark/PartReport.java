package org.logah.spark;

import java.io.Serializable;

/**
 * What a task says at its end; the gradient has gone another way.
 *
 * @param loss the architecture's share of the step's loss
 * @param failure why it could not be computed, a line; empty where it was
 * @param slot the thread of which executor computed it
 * @param waited nanoseconds until the weights were there
 * @param computed nanoseconds for the gradient
 * @param sent nanoseconds for sending it
 */
record PartReport(double loss, String failure, String slot, long waited, long computed, long sent)
        implements
            Serializable {

    /** One that another executor could not compute either: Spark is not to try it again. */
    static PartReport failed(String slot, String why) {
        return new PartReport(0, why, slot, 0, 0, 0);
    }

    boolean isFailed() { return !failure.isEmpty(); }
}
