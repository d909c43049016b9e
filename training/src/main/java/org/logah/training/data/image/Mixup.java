package org.logah.training.data.image;

import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;

/**
 * Mixes each image of a mini-batch with the next one of it, the last with the first (mixup, arXiv 1710.09412): the image that a
 * network reads is l times its own and 1 - l times its partner's, where l is drawn for each mini-batch from the distribution
 * Beta(alpha, alpha). The loss has both classes, see {@link Batch.Partner}. Images of a mini-batch are drawn at random, so any
 * order of partners is as good as another.
 */
public final class Mixup implements BatchSource {
    /** The least and the most alpha; beyond them no image is mixed, or each half and half. */
    private static final double LEAST = 0.01;
    private static final double MOST = 100;
    private final BatchSource source;
    private final double alpha;
    private final RandomStream random;

    /**
     * Mini-batches of another source, mixed.
     *
     * @param source gives mini-batches of two images or more
     * @param alpha of the distribution; with 0.2, as in the paper, most images keep most of themselves
     * @param random where the parts come from; the same for the same mini-batch
     * @throws TensorException if alpha is not from 0.01 to 100
     */
    public Mixup(BatchSource source, double alpha, RandomStream random) {
        requireAlpha(alpha);
        this.source = source;
        this.alpha = alpha;
        this.random = random;
    }

    /**
     * Refuses an alpha that would mix nothing, or everything half and half.
     *
     * @param alpha of the distribution
     * @throws TensorException if it is not from 0.01 to 100
     */
    public static void requireAlpha(double alpha) {
        if (!(alpha >= LEAST && alpha <= MOST))
            throw new TensorException("mixup: alpha " + alpha + "; it may be " + LEAST + " to " + (int) MOST);
    }

    @Override
    public Batch batch(int number, Device device) {
        Batch whole = source.batch(number, device);
        if (!device.hasData()) return whole;
        int[] own = whole.targets().toInts();
        int n = own.length;
        if (n < 2)
            throw new TensorException("mixup: a mini-batch of 1 image has none to mix it with; choose a larger one");
        double l = beta(alpha, random.split(number));
        float[] pixels = whole.input().toFloats();
        float[] mixed = new float[pixels.length];
        int[] partners = new int[n];
        int image = pixels.length / n;
        for (int b = 0; b < n; b++) {
            int other = (b + 1) % n;
            partners[b] = own[other];
            for (int i = 0; i < image; i++)
                mixed[b * image + i] = (float) (l * pixels[b * image + i] + (1 - l) * pixels[other * image + i]);
        }
        Shape shape = whole.input().shape();
        whole.close();
        return new Batch(device.of(shape, mixed), device.ofInts(Shape.of(n), own), n, true,
                new Batch.Partner(device.ofInts(Shape.of(n), partners), 1 - l));
    }

    /** {@return a number of Beta(alpha, alpha)} It is X / (X + Y) for two numbers of the gamma distribution; their logarithms do not vanish. */
    static double beta(double alpha, RandomStream random) {
        double x = logGamma(alpha, random);
        double y = logGamma(alpha, random);
        return 1 / (1 + StrictMath.exp(y - x));
    }

    /** The logarithm of a number of the gamma distribution (Marsaglia and Tsang 2000), which is drawn from that of alpha + 1 (section 6). */
    private static double logGamma(double alpha, RandomStream random) {
        double boost = StrictMath.log(1 - random.nextDouble()) / alpha;
        double d = alpha + 1 - 1.0 / 3;
        double c = 1 / StrictMath.sqrt(9 * d);
        while (true) {
            double x = random.nextNormal();
            double v = StrictMath.pow(1 + c * x, 3);
            if (v <= 0) continue;
            if (StrictMath.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * StrictMath.log(v))
                return StrictMath.log(d * v) + boost;
        }
    }
}
