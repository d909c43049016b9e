package org.logah.training.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * A decoded image in memory.
 *
 * @param rgb three bytes a pixel, row by row
 * @param width pixels of a row
 * @param height pixels of a column
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RgbImage(byte[] rgb, int width, int height) {

    static final int CHANNELS = 3;

    /**
     * {@return the same image without transparency} Colours are taken as they are stored, whatever is said of their space; grey
     * gives three equal numbers; of numbers with 16 bits the upper 8 are taken.
     *
     * @param image as the JDK decoded it: grey or RGB, with alpha or without, or with a palette
     */
    static RgbImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[CHANNELS * width * height];
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int[] row = new int[width * bands];
        int[] shifts = raster.getSampleModel().getSampleSize();
        for (int b = 0; b < shifts.length; b++) shifts[b] = Math.max(0, shifts[b] - Byte.SIZE);
        int[] palette = palette(image);
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < CHANNELS; c++) {
                    int band = bands < CHANNELS ? 0 : c;
                    int sample = row[x * bands + band];
                    rgb[(y * width + x) * CHANNELS + c] = (byte) (palette.length > 0
                            ? palette[sample] >> (8 * (2 - c))
                            : sample >> shifts[band]);
                }
            }
        }
        return new RgbImage(rgb, width, height);
    }

    private static int[] palette(BufferedImage image) {
        if (!(image.getColorModel() instanceof IndexColorModel colours)) return new int[0];
        int[] palette = new int[1 << image.getRaster().getSampleModel().getSampleSize(0)];
        for (int i = 0; i < Math.min(palette.length, colours.getMapSize()); i++) palette[i] = colours.getRGB(i);
        return palette;
    }

    /**
     * Writes a part of the image as a network reads it, channel by channel. Sides are resampled by the triangle filter, which is as
     * wide as a pixel of the larger of both images: what Pillow calls bilinear. A part of the right size stays as it is.
     *
     * @param part of this image
     * @param flip whether it is mirrored, left to right
     * @param side pixels of a row and of a column of what is written
     * @param scale what makes a network's numbers
     * @param to gets {@code [3, side, side]}
     * @param at where they begin
     */
    void write(Crop part, boolean flip, int side, Standardization scale, float[] to, int at) {
        Filter across = new Filter(part.x(), part.width(), side);
        Filter down = new Filter(part.y(), part.height(), side);
        float[] narrow = new float[part.height() * side * CHANNELS]; // all rows of the part, each as long as one of the result
        for (int y = 0; y < part.height(); y++) {
            int row = (part.y() + y) * width;
            for (int x = 0; x < side; x++) {
                double[] weights = across.weights[x];
                for (int c = 0; c < CHANNELS; c++) {
                    double sum = 0;
                    for (int k = 0; k < weights.length; k++)
                        sum += weights[k] * (rgb[(row + across.first[x] + k) * CHANNELS + c] & 0xff);
                    narrow[(y * side + x) * CHANNELS + c] = (float) sum;
                }
            }
        }
        for (int y = 0; y < side; y++) {
            double[] weights = down.weights[y];
            int row = down.first[y] - part.y();
            for (int x = 0; x < side; x++) {
                for (int c = 0; c < CHANNELS; c++) {
                    double sum = 0;
                    for (int k = 0; k < weights.length; k++)
                        sum += weights[k] * narrow[((row + k) * side + x) * CHANNELS + c];
                    to[at + (c * side + y) * side + (flip ? side - 1 - x : x)] = scale.of(c, sum / 255);
                }
            }
        }
    }

    /** How much each pixel of a line has in each pixel of another that shows the same. */
    private static final class Filter {
        private final int[] first;
        private final double[][] weights;

        /**
         * A filter.
         *
         * @param from where the part begins on the line
         * @param length of the part
         * @param side of what it becomes
         */
        Filter(int from, int length, int side) {
            first = new int[side];
            weights = new double[side][];
            double scale = (double) length / side;
            double reach = Math.max(1, scale);
            for (int i = 0; i < side; i++) {
                double middle = (i + 0.5) * scale;
                int begin = Math.max(0, (int) Math.floor(middle - reach + 0.5));
                int end = Math.min(length, Math.max(begin + 1, (int) Math.ceil(middle + reach - 0.5)));
                double[] w = new double[end - begin];
                double sum = 0;
                for (int k = 0; k < w.length; k++) {
                    w[k] = Math.max(0, 1 - Math.abs(begin + k + 0.5 - middle) / reach);
                    sum += w[k];
                }
                for (int k = 0; k < w.length; k++) w[k] /= sum;
                first[i] = from + begin;
                weights[i] = w;
            }
        }
    }
}
