package org.logah.models.gpt2;

import java.util.Arrays;
import java.util.function.IntConsumer;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Bf16;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.memory.Scope;
import org.logah.engine.random.RandomStream;
import org.logah.models.TransformerBlock;

/**
 * Continues a sequence of tokens one by one. Keys and values of earlier tokens are kept, so each new token costs one pass
 * of its own.
 */
public final class TextGenerator {
    private final Gpt2 model;
    private final Parameters parameters;
    private final Device device;

    /**
     * @param temperature divides the logits; 0 always takes the likeliest token
     * @param topK draws only among this many likeliest tokens; 0 among all
     */
    public record Sampling(double temperature, int topK) {
        public Sampling {
            if (temperature < 0 || topK < 0)
                throw new TensorException("sampling: temperature " + temperature + ", top-k " + topK);
        }

        public static final Sampling GREEDY = new Sampling(0, 0);
    }

    public TextGenerator(Gpt2 model, Parameters parameters, Device device) {
        this.model = model;
        this.parameters = parameters;
        this.device = device;
    }

    /** The same weights with every matrix rounded to BF16: half as much to keep, and to read for each token. */
    public static Parameters halved(Parameters weights) {
        return weights.map(v -> v.shape().rank() == 2 ? Variable.constant(Bf16.narrowed(v.value())) : v);
    }

    /**
     * Generates until {@code count} tokens are there or the model's positions are used up.
     *
     * @param each called with every new token
     * @return the new tokens
     */
    public int[] generate(int[] prompt, int count, Sampling sampling, RandomStream random, IntConsumer each) {
        if (prompt.length == 0) throw new TensorException("generate: the prompt is empty");
        int limit = Math.min(count, model.config().positions() - prompt.length);
        if (limit < 0)
            throw new TensorException("generate: " + prompt.length + " tokens of prompt for "
                    + model.config().positions() + " positions");
        int[] out = new int[limit];
        try (Scope cache = new Scope(device)) {
            Shape shape = Shape.of(prompt.length + limit, 2 * model.config().width());
            Tensor[] past = model.blocks().stream().map(_ -> cache.allocate(shape)).toArray(Tensor[]::new);
            int[] next = prompt;
            int start = 0;
            for (int i = 0; i < limit; i++) {
                out[i] = pick(step(next, start, past), sampling, random);
                each.accept(out[i]);
                start += next.length;
                next = new int[]{out[i]};
            }
        }
        return out;
    }

    /** Logits after the last of {@code tokens}, which stand at {@code start} and on; their keys and values join the past. */
    private float[] step(int[] tokens, int start, Tensor[] past) {
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Variable x = model.embed(f, parameters, device.ofInts(Shape.of(1, tokens.length), tokens), start);
            for (int i = 0; i < past.length; i++) x = block(f, model.blocks().get(i), x, start, past[i]);
            Variable last = f.slice(x, 1, tokens.length - 1, 1);
            return model.logits(f, parameters, last).value().toFloats();
        }
    }

    private Variable block(Functions f, TransformerBlock block, Variable x, int start, Tensor past) {
        int width = model.config().width();
        int count = x.shape().dim(1);
        Variable qkv = block.attention().qkv().apply(f, parameters, block.norm1().apply(f, parameters, x));
        Tensor keyValues = f.slice(qkv, 2, width, 2 * width).value();
        past.slice(start, count).set(keyValues.reshape(Shape.of(count, 2 * width)));
        Tensor out = f.tape().scope().allocate(x.shape(), DType.F32);
        Tensor lse = f.tape().scope().allocate(Shape.of(1, model.config().heads(), count));
        int headSize = width / model.config().heads();
        Attention layout = new Attention(1, model.config().heads(), headSize, count, start + count, true,
                (float) (1 / Math.sqrt(headSize)), 3 * width, 0, 2 * width, 0, width, 0);
        device.kernels().attention(layout, qkv.value(), past, past, null, out, lse);
        Variable y = f.add(x, block.attention().out().apply(f, parameters, Variable.constant(out)));
        return f.add(y, block.mlp().apply(f, parameters, block.norm2().apply(f, parameters, y)));
    }

    private static int pick(float[] logits, Sampling s, RandomStream random) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) best = i;
        }
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
