package org.logah.training.inspection;

import org.logah.engine.Device;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/**
 * Two numbers about a matrix's singular values.
 *
 * @param largest the largest one, from below
 * @param stableRank the sum of their squares over the square of the largest: between 1 and the rank, and, unlike that, not
 *        moved by small ones
 */
record Spectrum(double largest, double stableRank) {
    private static final int ITERATIONS = 40;

    /**
     * By power iteration on {@code W^T W}, from a random vector.
     *
     * @param w {@code [rows, columns]}
     * @param squares sum of its numbers' squares
     */
    static Spectrum of(Tensor w, double squares, Device device) {
        int rows = w.shape().dim(0);
        int columns = w.shape().dim(1);
        if (squares == 0) return new Spectrum(0, 0);
        double largest = 0;
        try (Scope scope = new Scope(device)) {
            Tensor v = scope.allocate(Shape.of(columns, 1));
            Tensor u = scope.allocate(Shape.of(rows, 1));
            new RandomStream(1).fillNormal(v, 0, 1);
            for (int i = 0; i < ITERATIONS; i++) {
                double length = Math.sqrt(Moments.of(v).squares());
                device.kernels().affine((float) (1 / length), 0f, v, v);
                device.kernels().product(new Product(1, rows, 1, columns, false, false, false), w, v, null, u);
                largest = Math.sqrt(Moments.of(u).squares());
                if (largest == 0) return new Spectrum(0, 0);
                device.kernels().affine((float) (1 / largest), 0f, u, u);
                device.kernels().product(new Product(1, columns, 1, rows, true, false, false), w, u, null, v);
            }
        }
        return new Spectrum(largest, squares / largest / largest);
    }
}
