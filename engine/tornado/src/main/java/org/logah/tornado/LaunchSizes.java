package org.logah.tornado;

import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/**
 * Sizes of tensors as launches need them. A kernel that reads or writes out of bounds corrupts the process, so what it will
 * reach is checked here, before the launch.
 */
final class LaunchSizes {
    private LaunchSizes() {}

    /** @throws TensorException if {@code reached} elements are more than the tensor has */
    static void check(String op, Tensor t, long reached) {
        if (reached > t.elements())
            throw new TensorException(op + " would reach element " + (reached - 1) + " of " + t);
    }

    /** Its elements, as kernels count them. */
    static int count(Tensor t) { return Math.toIntExact(t.elements()); }

    /** Its rows along the last axis; none where it is empty. */
    static long rows(Tensor t) {
        return t.elements() == 0 ? 0 : t.elements() / t.shape().last();
    }

    /** Tiles of {@code side} that cover {@code n}. */
    static int tiles(int n, int side) {
        return (n + side - 1) / side;
    }
}
