package org.logah.models;

import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;

/** What a network reads, or a data set gives: the size of one example, and how many classes there are to tell apart. */
public sealed interface DataFormat {
    /** {@return tokens or images} */
    DataKind kind();

    /** {@return the number of classes; of tokens in the vocabulary for a language model} */
    int classes();

    /**
     * {@return the shape of the network's input}
     *
     * @param batch examples in a mini-batch
     */
    Shape inputShape(int batch);

    /** {@return the type of the network's input} */
    DType inputType();

    /**
     * {@return the number of rows of logits, each of which has a target class}
     *
     * @param batch examples in a mini-batch
     * @throws TensorException if a mini-batch has more tokens, or numbers in its images, than an array can hold
     */
    int targets(int batch);

    /**
     * {@return the same for sequences of another length; images have no length and stay as they are}
     *
     * @param length tokens in a sequence
     */
    DataFormat withLength(int length);

    /**
     * Checks that a network of this format can be trained on data.
     *
     * @param data what the data set gives
     * @throws TensorException if the network cannot read it, naming both sizes and the option that changes the network's
     */
    void requireFit(DataFormat data);

    private static int requireArray(String what, long count, String unit) {
        if (count > Integer.MAX_VALUE)
            throw new TensorException(what + " has " + count + " " + unit + ", more than " + Integer.MAX_VALUE
                    + "; choose a smaller batch");
        return (int) count;
    }

    /**
     * {@return this as tokens}
     *
     * @throws TensorException if it is something else
     */
    default Tokens tokens() {
        if (this instanceof Tokens t) return t;
        throw new TensorException("tokens are needed, these are " + kind().unit() + ": " + this);
    }

    /**
     * {@return this as images}
     *
     * @throws TensorException if it is something else
     */
    default Images images() {
        if (this instanceof Images i) return i;
        throw new TensorException("images are needed, these are " + kind().unit() + ": " + this);
    }

    /**
     * Sequences of tokens, {@code [batch, length]}; every token but the last of a sequence has its next one as target.
     *
     * @param vocabulary number of different tokens
     * @param length tokens in a sequence; for a network the most that it can read
     */
    record Tokens(int vocabulary, int length) implements DataFormat {
        @Override
        public DataKind kind() { return DataKind.TOKENS; }

        @Override
        public int classes() { return vocabulary; }

        @Override
        public Shape inputShape(int batch) { return Shape.of(batch, length); }

        @Override
        public DType inputType() { return DType.I32; }

        @Override
        public int targets(int batch) {
            return requireArray("a mini-batch of " + batch + " sequences of " + length + " tokens",
                    (long) batch * length, "tokens");
        }

        @Override
        public Tokens withLength(int other) { return new Tokens(vocabulary, other); }

        @Override
        public void requireFit(DataFormat data) {
            Tokens given = data.tokens();
            if (given.vocabulary > vocabulary) {
                throw new TensorException("a vocabulary of " + vocabulary + " cannot hold the " + given.vocabulary
                        + " tokens of the data; use vocabulary=" + given.vocabulary);
            }
            if (given.length > length) {
                throw new TensorException("the data has sequences of " + given.length + " tokens, the model "
                        + length + " positions; use positions=" + given.length);
            }
        }

        @Override
        public String toString() { return "sequences of " + length + " of " + vocabulary + " tokens"; }
    }

    /**
     * Square images, {@code [batch, channels, side, side]}, each of one class.
     *
     * @param channels numbers of a pixel
     * @param side pixels of a row, and of a column
     * @param classes number of classes
     */
    record Images(int channels, int side, int classes) implements DataFormat {
        @Override
        public DataKind kind() { return DataKind.IMAGES; }

        @Override
        public Shape inputShape(int batch) { return Shape.of(batch, channels, side, side); }

        @Override
        public DType inputType() { return DType.F32; }

        @Override
        public int targets(int batch) {
            requireArray("a mini-batch of " + batch + " images of " + size(), (long) batch * channels * side * side,
                    "numbers");
            return batch;
        }

        @Override
        public Images withLength(int length) { return this; }

        @Override
        public void requireFit(DataFormat data) {
            Images given = data.images();
            if (given.channels != channels || given.side != side) {
                throw new TensorException("the data has images of " + given.size() + ", the model reads " + size()
                        + (given.side == side ? "" : "; use image=" + given.side));
            }
            if (given.classes > classes) {
                throw new TensorException("the data has " + given.classes + " classes, the model " + classes
                        + "; use classes=" + given.classes);
            }
        }

        private String size() { return channels + " x " + side + " x " + side; }

        @Override
        public String toString() { return "images of " + size() + " in " + classes + " classes"; }
    }
}
