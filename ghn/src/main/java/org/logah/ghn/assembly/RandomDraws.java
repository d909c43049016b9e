package org.logah.ghn.assembly;

import java.util.function.Function;

import org.logah.autograd.Functions;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/**
 * What a prediction draws at random.
 *
 * @param extraRows gives the rows that a vision position table has beyond its grid (class token), of the shape asked for
 * @param base each parameter's base takes the part of its own name
 */
public record RandomDraws(Function<Shape, Tensor> extraRows, RandomStream base) {
    private static final double ROWS_DEVIATION = 0.02;

    /**
     * All from one stream; extra rows from N(0, 0.02), as the reference has them.
     *
     * @param f on the tape that will own the rows
     * @param random it is not moved
     * @return the same draws for the same stream
     */
    public static RandomDraws of(Functions f, RandomStream random) {
        return new RandomDraws(shape -> rows(f, shape, random.split("extra rows")), random.split("base"));
    }

    /**
     * Rows beyond a vision position table's grid.
     *
     * @param f on the tape that will own them
     * @param shape of the rows
     * @param random is drawn from, and moves on; a device without data draws nothing
     * @return the rows
     * @throws IllegalStateException if the tape is closed
     */
    public static Tensor rows(Functions f, Shape shape, RandomStream random) {
        Tensor t = f.tape().scope().allocate(shape);
        if (t.device().hasData()) random.fillNormal(t, 0, ROWS_DEVIATION);
        return t;
    }

    /**
     * A piece of a parameter's base.
     *
     * @param parameter its name
     * @param how the base
     * @param shape of the whole parameter
     * @param first where the piece begins in it
     * @param piece gets consecutive elements; nothing on a device without data
     */
    public void fill(String parameter, RandomBase how, Shape shape, long first, Tensor piece) {
        if (piece.device().hasData()) how.fill(base.split(parameter), shape, first, piece);
    }
}
