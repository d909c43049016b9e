package org.logah.training.data.image;

import org.logah.engine.random.RandomStream;

/**
 * The part of an image that a network is shown.
 *
 * @param x first column
 * @param y first row
 * @param width columns
 * @param height rows
 */
record Crop(int x, int y, int width, int height) {

    private static final double LEAST_AREA = 0.08;
    private static final double MOST_RATIO = 4.0 / 3;
    private static final int TRIES = 10;

    /**
     * {@return a random part of 8 to 100 percent of the area and sides as 3:4 to 4:3 (arXiv 1409.4842, section 6), as torchvision's
     * RandomResizedCrop draws it; the middle where none is found that fits}
     *
     * @param width of the image
     * @param height of the image
     * @param random where the choice comes from
     */
    static Crop random(int width, int height, RandomStream random) {
        double most = StrictMath.log(MOST_RATIO);
        for (int i = 0; i < TRIES; i++) {
            double area = (double) width * height * (LEAST_AREA + (1 - LEAST_AREA) * random.nextDouble());
            double ratio = StrictMath.exp(most * (2 * random.nextDouble() - 1));
            long w = Math.round(StrictMath.sqrt(area * ratio));
            long h = Math.round(StrictMath.sqrt(area / ratio));
            if (w < 1 || w > width || h < 1 || h > height) continue;
            return new Crop(random.nextInt(width - (int) w + 1), random.nextInt(height - (int) h + 1), (int) w,
                    (int) h);
        }
        return middle(width, height, (int) Math.min(width, Math.max(1, Math.round(height * MOST_RATIO))),
                (int) Math.min(height, Math.max(1, Math.round(width * MOST_RATIO))));
    }

    /**
     * {@return the middle of an image for validation: seven eighths of its shorter side, as where 224 of 256 pixels are taken, but
     * never less than the network's side where there is more}
     *
     * @param width of the image
     * @param height of the image
     * @param side of what the network reads
     */
    static Crop centre(int width, int height, int side) {
        int shorter = Math.min(width, height);
        int taken = Math.min(shorter, Math.max(side, shorter * 7 / 8));
        return middle(width, height, Math.max(1, taken), Math.max(1, taken));
    }

    private static Crop middle(int width, int height, int w, int h) {
        return new Crop((width - w) / 2, (height - h) / 2, w, h);
    }
}
