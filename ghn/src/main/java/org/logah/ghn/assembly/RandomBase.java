package org.logah.ghn.assembly;

import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/**
 * A random tensor that a prediction is added to. Each of its elements depends on the stream and on its place alone, so it can be
 * made in pieces, by several threads, with the same numbers.
 */
@FunctionalInterface
public interface RandomBase {
    /**
     * Fills a piece.
     *
     * @param random the stream of the parameter, at its beginning
     * @param shape of the whole parameter
     * @param first where the piece begins, counted in elements of the parameter's row-major order
     * @param piece gets consecutive elements
     */
    void fill(RandomStream random, Shape shape, long first, Tensor piece);

    /**
     * Uniform around zero, so one number is drawn for each element.
     *
     * @param deviation the standard deviation
     */
    record Uniform(double deviation) implements RandomBase {
        private static final double SQRT_3 = Math.sqrt(3);

        @Override
        public void fill(RandomStream random, Shape shape, long first, Tensor piece) {
            random.seek(first).fillUniform(piece, -SQRT_3 * deviation, SQRT_3 * deviation);
        }
    }
}
