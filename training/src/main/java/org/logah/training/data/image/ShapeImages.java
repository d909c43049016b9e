package org.logah.training.data.image;

import java.util.List;

import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;

/**
 * Drawn images, 3 x 24 x 24, of ten shapes: a bright one of any colour on a dark ground of any other, anywhere, turned by any angle,
 * with noise. Neither a colour nor a place says which shape it is, so a linear classifier gets a third right. An image follows from its number
 * alone; none is kept.
 */
public final class ShapeImages extends DrawnImages {
    /** Pixels of a row, and of a column. */
    public static final int SIDE = 24;
    /** Images to train on; as many as a fifth of them are there to validate with. */
    public static final int TRAINING = 10_000;

    static final int CHANNELS = 3;
    private static final int PLANE = SIDE * SIDE;
    private static final long SEED = 7;
    /** A pixel's colour is the mean over so many points a side. */
    private static final int POINTS = 3;
    private static final double LEAST_RADIUS = 7;
    private static final double MOST_RADIUS = 10;
    /** The channels of a ground's colour are below, those of a shape's as far below 1. */
    static final double DARKEST = 0.4;
    static final double NOISE = 0.1;
    /** Those of all pixels, about. */
    static final double MEAN = 0.34;
    static final double DEVIATION = 0.29;

    /** Whether a point of the square from -1 to 1 belongs to a shape; most shapes stay within the circle of radius 1. */
    interface Inside {
        boolean has(double u, double v);
    }

    static final List<Inside> SHAPES = List.of(
            (u, v) -> Math.hypot(u, v) < 0.9, // disc
            (u, v) -> Math.hypot(u, v) < 0.95 && Math.hypot(u, v) > 0.55, // ring
            (u, v) -> Math.abs(u) < 0.75 && Math.abs(v) < 0.75, // square
            (u, v) -> Math.max(Math.abs(u), Math.abs(v)) < 0.8 && Math.max(Math.abs(u), Math.abs(v)) > 0.45, // frame
            (u, v) -> v > -0.5 && Math.abs(u) * Math.sqrt(3) < 1 - v, // triangle
            (u, v) -> Math.min(Math.abs(u), Math.abs(v)) < 0.28 && Math.max(Math.abs(u), Math.abs(v)) < 0.95, // cross
            (u, v) -> Math.abs(u) < 0.95 && Math.abs(v) < 0.28, // bar
            (u, v) -> v > -0.3 && Math.hypot(u, v + 0.3) < 0.95, // half a disc
            (u, v) -> Math.hypot(u, v) < 0.95 && Math.hypot(u - 0.5, v) > 0.75, // crescent
            (u, v) -> Math.max(Math.abs(u), Math.abs(v)) < 0.8 && (u < -0.25 || v < -0.25)); // angle
    private static final DataFormat.Images FORMAT = new DataFormat.Images(CHANNELS, SIDE, SHAPES.size());

    /** The images; there is one such set. */
    public ShapeImages() { super(FORMAT, TRAINING); }

    @Override
    int drawn(int number, float[] to, int at) { return draw(number, to, at); }

    /**
     * Draws one image.
     *
     * @param number its number, which says all about it
     * @param to gets its pixels, channel by channel, brought to mean 0 and deviation 1, about
     * @param at where they begin
     * @return which shape it shows
     */
    static int draw(int number, float[] to, int at) {
        RandomStream r = new RandomStream(SEED).split(number);
        int shape = r.nextInt(SHAPES.size());
        double radius = LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * r.nextDouble();
        double x = radius + (SIDE - 2 * radius) * r.nextDouble();
        double y = radius + (SIDE - 2 * radius) * r.nextDouble();
        double angle = 2 * Math.PI * r.nextDouble();
        double[] ground = colour(r, 0);
        double[] own = colour(r, 1 - DARKEST);
        double cos = StrictMath.cos(angle) / radius;
        double sin = StrictMath.sin(angle) / radius;
        for (int i = 0; i < PLANE; i++) {
            int row = i / SIDE;
            double part = covered(SHAPES.get(shape), i % SIDE - x, row - y, cos, sin);
            for (int c = 0; c < CHANNELS; c++) {
                double value = ground[c] + part * (own[c] - ground[c]) + NOISE * r.nextNormal();
                to[at + c * PLANE + i] = (float) ((value - MEAN) / DEVIATION);
            }
        }
        return shape;
    }

    /** How much of a pixel, whose corner is at (x, y) from the shape's middle, the shape covers. */
    static double covered(Inside shape, double x, double y, double cos, double sin) {
        int hits = 0;
        for (int p = 0; p < POINTS * POINTS; p++) {
            int row = p / POINTS;
            double px = x + (p % POINTS + 0.5) / POINTS;
            double py = y + (row + 0.5) / POINTS;
            if (shape.has(cos * px + sin * py, cos * py - sin * px)) hits++;
        }
        return (double) hits / (POINTS * POINTS);
    }

    static double[] colour(RandomStream r, double least) {
        double[] colour = new double[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) colour[c] = least + DARKEST * r.nextDouble();
        return colour;
    }
}
