package org.logah.training.data.text;

import java.util.function.Supplier;

import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;

/** Windows at random places of tokens, of which some are trained on and others validated with. */
final class TokenSplits implements DataSplits {
    /** One part in so many is kept for validation where a text does not say itself which. */
    private static final int KEPT = 10;
    private final String name;
    private final Tokenizer tokenizer;
    private final Span training;
    private final Span validation;
    private final Supplier<String> digest;

    /** Tokens from one place to before another. */
    private record Span(TokenSequence tokens, long from, long to) {
        static Span of(TokenSequence tokens) { return new Span(tokens, 0, tokens.length()); }

        long length() { return to - from; }

        BatchSource windows(DataFormat format, int batch, int context, RandomStream random) {
            long places = length() - context;
            return BatchSource.drawn(format, batch, random, (r, device) -> batch(r, device, places, batch, context));
        }

        private Batch batch(RandomStream random, Device device, long places, int batch, int context) {
            int[] input = new int[batch * context];
            int[] targets = new int[batch * context];
            int[] window = new int[context + 1];
            for (int b = 0; b < batch; b++) {
                tokens.read(from + random.nextLong(places), window, 0, window.length);
                System.arraycopy(window, 0, input, b * context, context);
                System.arraycopy(window, 1, targets, b * context, context);
            }
            return new Batch(device.ofInts(Shape.of(batch, context), input),
                    device.ofInts(Shape.of(batch * context), targets), batch * context, true);
        }
    }

    private TokenSplits(String name, Tokenizer tokenizer, Span training, Span validation, Supplier<String> digest) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.training = training;
        this.validation = validation;
        this.digest = Digests.once(digest);
    }

    /**
     * A text whose last tenth is for validation.
     *
     * @param name for messages
     * @param tokenizer whose tokens they are
     * @param tokens of the text
     * @param digest of the text
     */
    static TokenSplits ofOne(String name, Tokenizer tokenizer, TokenSequence tokens, Supplier<String> digest) {
        long end = tokens.length() - tokens.length() / KEPT;
        return new TokenSplits(name, tokenizer, new Span(tokens, 0, end), new Span(tokens, end, tokens.length()),
                digest);
    }

    /**
     * Two texts, one to train on and one to validate with.
     *
     * @param name for messages
     * @param tokenizer whose tokens they are
     * @param training tokens to train on
     * @param validation tokens to validate with
     * @param digest of both
     */
    static TokenSplits ofTwo(String name, Tokenizer tokenizer, TokenSequence training, TokenSequence validation,
            Supplier<String> digest) {
        return new TokenSplits(name, tokenizer, Span.of(training), Span.of(validation), digest);
    }

    /** The number of tokens of the text, or of what is trained on where validation has a text of its own. */
    long length() {
        return training.tokens().length();
    }

    @Override
    public Tokenizer tokenizer() { return tokenizer; }

    @Override
    public DataFormat.Tokens format(int context) { return new DataFormat.Tokens(tokenizer.vocabulary(), context); }

    @Override
    public String digest() { return digest.get(); }

    @Override
    public BatchSource training(int batch, int context, RandomStream random) {
        return windows(training, "train on", batch, context, random);
    }

    @Override
    public BatchSource validation(int batch, int context, RandomStream random) {
        return windows(validation, "validate with", batch, context, random);
    }

    private BatchSource windows(Span span, String what, int batch, int context, RandomStream random) {
        if (span.length() > context) return span.windows(format(context), batch, context, random);
        String unit = tokenizer.unit() + "s";
        String few = " too few for windows of " + context + " and one more; ";
        throw new TensorException(name + ": " + (training.tokens() == validation.tokens()
                ? training.tokens().length() + " " + unit + ", of which " + validation.length()
                        + " are for validation, are" + few + "give a text of " + KEPT * (context + 1L) + " " + unit
                        + " or more, or shorter windows, with --context"
                : span.length() + " " + unit + " to " + what + " are" + few
                        + "give a longer text, or shorter windows, with --context"));
    }
}
