package org.logah.engine;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The bounds of what a configuration may ask for, wherever it is from: a command line, a file's header, a program. They lie well
 * beyond all networks that there are, and close enough that a network within them can be listed at once, and that no sum of its
 * sizes, in elements or in bytes, is too large for a long. How much memory it takes is another question, which {@link MemoryBudget}
 * answers.
 *
 * <p>Each method returns these sizes, so that a record checks all of its components in one expression.
 */
public final class SizeBounds {
    /** Most layers of a network; the deepest that was published has 1,000 (arXiv 2203.00555). */
    public static final int MOST_LAYERS = 4096;
    /** Longest side of a kernel, in pixels. */
    public static final int MOST_KERNEL = 1024;
    /** Longest side of an image, in pixels. */
    public static final int MOST_IMAGE = 1 << 14;
    /** Most entries of a state. */
    public static final int MOST_WIDTH = 1 << 22;
    /** Most rows of a table: tokens, positions, classes. */
    public static final int MOST_ROWS = 1 << 24;
    private final String what;

    private SizeBounds(String what) { this.what = what; }

    /**
     * Begins the checks of one configuration.
     *
     * @param what is configured, for messages
     * @return sizes of which none is checked yet
     */
    public static SizeBounds of(String what) { return new SizeBounds(what); }

    /**
     * Checks one size.
     *
     * @param name of the size, as the user wrote it
     * @param size what was asked for
     * @param most the largest that there may be
     * @return these sizes
     * @throws TensorException if it is not between 1 and {@code most}
     */
    public SizeBounds within(String name, int size, int most) {
        if (size < 1 || size > most)
            throw new TensorException(what + ": " + name + " " + size
                    + (size < 1 ? " must be positive; it may be " : " is too large; it may be ") + "1 to " + most);
        return this;
    }

    /**
     * Checks a number of layers.
     *
     * @param layers how many
     * @return these sizes
     * @throws TensorException if it is not between 1 and {@link #MOST_LAYERS}
     */
    public SizeBounds layers(int layers) { return within("layers", layers, MOST_LAYERS); }

    /**
     * Checks the width of a state, or what divides it.
     *
     * @param name of the size
     * @param width entries of a state
     * @return these sizes
     * @throws TensorException if it is not between 1 and {@link #MOST_WIDTH}
     */
    public SizeBounds width(String name, int width) { return within(name, width, MOST_WIDTH); }

    /**
     * Checks that heads share a width evenly; both were checked before.
     *
     * @param heads how many
     * @param width entries of a state
     * @return these sizes
     * @throws TensorException if the heads do not divide the width
     */
    public SizeBounds heads(int heads, int width) {
        if (width % heads != 0)
            throw new TensorException(what + ": " + heads + " heads do not divide width " + width
                    + "; choose a width that is a multiple of " + heads + ", or other heads");
        return this;
    }

    /**
     * Checks the length of a table.
     *
     * @param name of the size
     * @param rows of the table
     * @return these sizes
     * @throws TensorException if it is not between 1 and {@link #MOST_ROWS}
     */
    public SizeBounds rows(String name, int rows) { return within(name, rows, MOST_ROWS); }

    /**
     * {@return four times a width, for what is so wide by default; the largest number where that is too large, which no check lets
     * pass}
     *
     * @param width entries of a state, not negative
     */
    public static int fourTimes(int width) { return Math.clamp(4L * width, Integer.MIN_VALUE, Integer.MAX_VALUE); }

    /**
     * {@return the product of sizes, as the extent of a tensor}
     *
     * @param what has the extent, for the message
     * @param factors the sizes, not negative
     * @throws TensorException if no tensor can be so long, naming the sizes
     */
    public static int product(String what, int... factors) {
        long product = 1;
        for (int f : factors) {
            product *= f;
            if (product > Integer.MAX_VALUE)
                throw new TensorException(what + ": " + Arrays.stream(factors).mapToObj(Integer::toString)
                        .collect(Collectors.joining(" x ")) + " is more than a tensor's side can have, "
                        + Integer.MAX_VALUE + "; choose smaller sizes");
        }
        return (int) product;
    }
}
