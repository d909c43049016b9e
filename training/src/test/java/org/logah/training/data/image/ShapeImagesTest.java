package org.logah.training.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

class ShapeImagesTest {
    private static final int CLASSES = 10;
    private static final int PIXELS = 3 * ShapeImages.SIDE * ShapeImages.SIDE;
    private final ShapeImages images = new ShapeImages();

    @Test
    void anImageFollowsFromItsNumber() {
        float[] one = new float[PIXELS];
        float[] again = new float[PIXELS + 5];
        for (int number : new int[]{0, 17, ShapeImages.TRAINING}) {
            int shape = ShapeImages.draw(number, one, 0);
            assertEquals(shape, ShapeImages.draw(number, again, 5));
            for (int i = 0; i < PIXELS; i++) assertEquals(one[i], again[i + 5]);
        }
        assertEquals(images.digest(), new ShapeImages().digest());
    }

    @Test
    void allShapesAreAsFrequentAndPixelsStandardized() {
        int[] counts = new int[CLASSES];
        double sum = 0;
        double squares = 0;
        float[] image = new float[PIXELS];
        int n = 2000;
        for (int i = 0; i < n; i++) {
            counts[ShapeImages.draw(i, image, 0)]++;
            for (float p : image) {
                sum += p;
                squares += p * p;
            }
        }
        for (int c : counts) assertEquals(n / CLASSES, c, 60);
        double mean = sum / n / PIXELS;
        assertEquals(0, mean, 0.1);
        assertEquals(1, Math.sqrt(squares / n / PIXELS - mean * mean), 0.1);
    }

    @Test
    void whatIsValidatedWithIsNotTrainedOn() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            float[] training = images.training(50, 0, new RandomStream(1)).batch(0, device).input().toFloats();
            float[] validation = images.validation(50, 0, new RandomStream(1)).batch(0, device).input().toFloats();
            float[] again = images.validation(50, 0, new RandomStream(1)).batch(0, device).input().toFloats();
            assertArrayEquals(validation, again);
            for (int i = 0; i < 50; i++)
                for (int j = 0; j < 50; j++) assertTrue(training[i * PIXELS] != validation[j * PIXELS]);
        }
    }

    /**
     * A linear classifier, fitted by gradients of the logistic loss on 4,000 images, gets a third of others right, by how much is
     * bright.
     */
    @Test
    void aLinearClassifierFails() {
        int n = 4000;
        float[][] x = new float[n][PIXELS];
        int[] y = new int[n];
        for (int i = 0; i < n; i++) y[i] = ShapeImages.draw(i, x[i], 0);
        double[][] w = new double[CLASSES][PIXELS];
        for (int pass = 0; pass < 5; pass++) {
            for (int i = 0; i < n; i++) {
                double[] p = softmax(logits(w, x[i]));
                for (int c = 0; c < CLASSES; c++) {
                    double step = 1e-4 * ((c == y[i] ? 1 : 0) - p[c]);
                    for (int k = 0; k < PIXELS; k++) w[c][k] += step * x[i][k];
                }
            }
        }
        int right = 0;
        float[] image = new float[PIXELS];
        for (int i = 0; i < 1000; i++) {
            int shape = ShapeImages.draw(ShapeImages.TRAINING + i, image, 0);
            double[] p = logits(w, image);
            if (IntStream.range(0, CLASSES).allMatch(c -> p[c] <= p[shape])) right++;
        }
        assertTrue(right < 400, right + " of 1000 right");
    }

    private static double[] logits(double[][] w, float[] x) {
        double[] out = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) for (int k = 0; k < PIXELS; k++) out[c] += w[c][k] * x[k];
        return out;
    }

    private static double[] softmax(double[] logits) {
        double max = IntStream.range(0, CLASSES).mapToDouble(c -> logits[c]).max().orElseThrow();
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) sum += logits[c] = Math.exp(logits[c] - max);
        for (int c = 0; c < CLASSES; c++) logits[c] /= sum;
        return logits;
    }
}
