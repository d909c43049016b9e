package org.logah.training.data.image;

import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;

/**
 * Drawn images, 3 x 24 x 24, of two of the shapes of {@link ShapeImages} side by side, smaller than there: which is on the left and which
 * on the right makes a hundred classes. It is the harder task to which what was learned on the ten shapes is carried over.
 */
public final class ShapePairs extends DrawnImages {
    /** Images to train on; as many as a fifth of them are there to validate with. */
    public static final int TRAINING = 20_000;

    private static final int KINDS = ShapeImages.SHAPES.size();
    private static final int SIDE = ShapeImages.SIDE;
    private static final int HALF = SIDE / 2;
    private static final int PLANE = SIDE * SIDE;
    private static final long SEED = 11;
    private static final double LEAST_RADIUS = 4.5;
    private static final double MOST_RADIUS = 5.8;
    private static final DataFormat.Images FORMAT = new DataFormat.Images(ShapeImages.CHANNELS, SIDE, KINDS * KINDS);

    /** The images; there is one such set. */
    public ShapePairs() { super(FORMAT, TRAINING); }

    @Override
    int drawn(int number, float[] to, int at) { return draw(number, to, at); }

    /**
     * Draws one image.
     *
     * @param number its number, which says all about it
     * @param to gets its pixels, channel by channel, brought to mean 0 and deviation 1, about
     * @param at where they begin
     * @return ten times the shape on the left, and the one on the right
     */
    static int draw(int number, float[] to, int at) {
        RandomStream r = new RandomStream(SEED).split(number);
        double[] ground = ShapeImages.colour(r, 0);
        int left = half(r, 0, ground, to, at);
        int right = half(r, HALF, ground, to, at);
        return KINDS * left + right;
    }

    /** Draws the shape of one half of the columns, which it returns. */
    private static int half(RandomStream r, int column, double[] ground, float[] to, int at) {
        int shape = r.nextInt(KINDS);
        double radius = LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * r.nextDouble();
        double x = column + radius + (HALF - 2 * radius) * r.nextDouble();
        double y = radius + (SIDE - 2 * radius) * r.nextDouble();
        double angle = 2 * Math.PI * r.nextDouble();
        double[] own = ShapeImages.colour(r, 1 - ShapeImages.DARKEST);
        double cos = StrictMath.cos(angle) / radius;
        double sin = StrictMath.sin(angle) / radius;
        for (int row = 0; row < SIDE; row++) {
            for (int i = column; i < column + HALF; i++) {
                double part = ShapeImages.covered(ShapeImages.SHAPES.get(shape), i - x, row - y, cos, sin);
                for (int c = 0; c < ShapeImages.CHANNELS; c++) {
                    double value = ground[c] + part * (own[c] - ground[c]) + ShapeImages.NOISE * r.nextNormal();
                    to[at + c * PLANE + row * SIDE + i] = (float) ((value - ShapeImages.MEAN) / ShapeImages.DEVIATION);
                }
            }
        }
        return shape;
    }
}
