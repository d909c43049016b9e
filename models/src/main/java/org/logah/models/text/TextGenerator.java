package org.logah.models.text;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Bf16;
import org.logah.engine.Device;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;

/**
 * Continues a sequence of tokens one by one. Keys and values of earlier tokens are kept, so each new token costs one pass
 * of its own.
 */
public final class TextGenerator {
    private final LanguageModel model;
    private final Parameters parameters;
    private final Device device;

    /**
     * How the next token is drawn from its logits.
     *
     * @param temperature divides the logits; 0 always takes the likeliest token
     * @param topK draws only among this many likeliest tokens; 0 among all
     */
    public record Sampling(double temperature, int topK) {
        /**
         * Checks the numbers.
         *
         * @throws TensorException if one of them is negative, or no number
         */
        public Sampling {
            if (!(temperature >= 0) || topK < 0)
                throw new TensorException("sampling: temperature " + temperature + ", top-k " + topK);
        }

        /** The likeliest token each time. */
        public static final Sampling GREEDY = new Sampling(0, 0);
    }

    /**
     * A generator for one model and its weights.
     *
     * @param model the language model
     * @param parameters its weights, on {@code device}
     * @param device what computes
     */
    public TextGenerator(LanguageModel model, Parameters parameters, Device device) {
        this.model = model;
        this.parameters = parameters;
        this.device = device;
    }

    /**
     * {@return the same weights with every matrix rounded to BF16: half as much to keep, and to read for each token}
     *
     * @param weights of a model, on the host
     */
    public static Parameters halved(Parameters weights) {
        return weights.map(v -> v.shape().rank() == 2 ? Variable.constant(Bf16.narrowed(v.value())) : v);
    }

    /**
     * Generates until {@code count} tokens are there or the model's positions are used up.
     *
     * @param prompt the tokens to go on from, at least one
     * @param count how many to add at most
     * @param sampling how each is drawn
     * @param random where the draws come from
     * @param each called with every new token
     * @return the new tokens
     * @throws TensorException if the prompt is empty or longer than the model's positions, or the count negative
     * @throws NoTokenException if logits are not finite
     */
    public int[] generate(int[] prompt, int count, Sampling sampling, RandomStream random, IntConsumer each) {
        if (prompt.length == 0) throw new TensorException("generate: the prompt is empty");
        if (count < 0) throw new TensorException("generate: " + count + " tokens cannot be added");
        LanguageModel.Config config = model.config();
        int limit = Math.min(count, config.positions() - prompt.length);
        if (limit < 0)
            throw new TensorException("generate: " + prompt.length + " tokens of prompt for "
                    + config.positions() + " positions");
        int[] out = new int[limit];
        try (Scope scope = new Scope(device)) {
            int most = prompt.length + limit;
            List<KeyValueCache> caches = Stream
                    .generate(() -> new KeyValueCache(scope, most, config.width(), config.heads()))
                    .limit(config.layers())
                    .toList();
            int[] next = prompt;
            for (int i = 0; i < limit; i++) {
                out[i] = pick(step(next, caches), sampling, random);
                each.accept(out[i]);
                next = new int[]{out[i]};
            }
        }
        return out;
    }

    private float[] step(int[] tokens, List<KeyValueCache> caches) {
        try (Tape tape = Tape.inference(device)) {
            Tensor input = device.ofInts(Shape.of(1, tokens.length), tokens);
            return model.next(new Functions(tape), parameters, input, caches).value().toFloats();
        }
    }

    private static int pick(float[] logits, Sampling s, RandomStream random) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Float.isNaN(logits[i])) throw new NoTokenException(logits[i]); // nothing is larger or smaller than it
            if (logits[i] > logits[best]) best = i;
        }
        if (Float.isInfinite(logits[best])) throw new NoTokenException(logits[best]);
        if (s.temperature() == 0) return best;
        double threshold = Double.NEGATIVE_INFINITY;
        if (s.topK() > 0 && s.topK() < logits.length) {
            float[] sorted = logits.clone();
            Arrays.sort(sorted);
            threshold = sorted[sorted.length - s.topK()];
        }
        double[] weights = new double[logits.length];
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] >= threshold) weights[i] = Math.exp((logits[i] - (double) logits[best]) / s.temperature());
            total += weights[i];
        }
        double at = random.nextDouble() * total;
        for (int i = 0; i < weights.length; i++) {
            at -= weights[i];
            if (at < 0 && weights[i] > 0) return i;
        }
        return best;
    }
}
