package org.logah.ghn.decoder;

import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.ghn.graph.GraphNode;

/**
 * The size of a low-rank product {@code W = A B^T} for one parameter.
 *
 * @param out outputs decoded; for a one-dimensional parameter its padded length
 * @param in inputs decoded
 * @param height of its kernel, 1 without one
 * @param width of its kernel, 1 without one
 * @param vector whether the parameter is one-dimensional; then A has {@code 2 out} rows and B one
 */
public record FactorSize(int out, int in, int height, int width, boolean vector) {

    /**
     * The size for one tensor.
     *
     * @param node carries a parameter
     * @param config the decoder's sizes
     * @return what is decoded for it
     * @throws TensorException if the decoder cannot emit as many rows
     */
    public static FactorSize of(GraphNode node, LowRankDecoder.Config config) {
        Shape shape = node.requireShape();
        int[] s = node.shape4();
        if (s == null) throw new IllegalStateException("node " + node.index() + " has no shape");
        if (shape.rank() == 1) return new FactorSize(padded(s[0], config, node), 1, 1, 1, true);
        int height = Math.min(s[2], config.maxKernel());
        int width = Math.min(s[3], config.maxKernel());
        int mostOut = config.capped() ? config.maxOut() : config.maskLength() / height;
        int mostIn = config.capped() ? config.maxIn() : config.maskLength() / width;
        FactorSize e = new FactorSize(Math.min(s[0], mostOut), Math.min(s[1], mostIn), height, width, false);
        e.check(config, node, s);
        return e;
    }

    /** The reference's rounding; it decides where row 1 of a one-dimensional parameter starts. */
    private static int padded(int length, LowRankDecoder.Config config, GraphNode node) {
        int most = config.maxOut();
        int n = Math.min(length, most);
        if (n % 3 == 0) n = n / 3 * 4;
        if (n >= most / 2) n = most;
        if (!config.capped() && length > most) n = length;
        if (2L * n > config.maskLength()) throw tooWide(config, node, 2L * n);
        return n;
    }

    private void check(LowRankDecoder.Config config, GraphNode node, int[] shape) {
        long rows = Math.max((long) out * height, (long) in * width);
        if (rows > config.maskLength()) throw tooWide(config, node, rows);
        // Inputs are never copied: a matrix whose width was cut would compute something else than its shape says.
        if (!config.capped() && in < shape[1]) throw tooWide(config, node, (long) shape[1] * width);
    }

    private static TensorException tooWide(LowRankDecoder.Config config, GraphNode node, long rows) {
        return new TensorException("'" + node.requireParameter() + "' " + node.requireShape() + " needs " + rows
                + " rows, the decoder's mask has K = " + config.maskLength()
                + "; use a hypernetwork with a longer mask or a narrower model");
    }

    /** {@return rows of A, twice the padded length for a one-dimensional parameter} */
    public int rowsOfA() {
        return vector ? 2 * out : out * height;
    }

    /** {@return rows of B, one for a one-dimensional parameter} */
    public int rowsOfB() {
        return vector ? 1 : in * width;
    }
}
