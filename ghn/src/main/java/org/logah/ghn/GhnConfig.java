package org.logah.ghn;

import java.util.Locale;

import org.logah.engine.TensorException;
import org.logah.ghn.graph.Primitive;

/**
 * What a hypernetwork is built from. One record for all kinds: the encoder is Graphormer or GatedGNN, the decoder low-rank
 * or convolutional.
 *
 * @param hidden width of the node states, {@code d}
 * @param heads attention heads of the Graphormer
 * @param layers layers of the Graphormer
 * @param rank rank {@code r} of the low-rank decoder
 * @param maskLength {@code K}: how many rows of A or B the low-rank decoder can emit
 * @param maxOut largest number of outputs decoded without repetition (m0)
 * @param maxIn largest number of inputs decoded without repetition (m1)
 * @param maxKernel side S of the largest kernel decoded
 * @param classes classes of vision targets; they have a bin of their own among the channel numbers
 * @param language whether the three language primitives and channel bins are known
 * @param scaling how decoded tensors are scaled
 * @param reference follow the reference's quirks: an untied head hangs on the input, rows stop at {@code maxOut} even where
 *        the mask is longer
 * @param cutoff longest shortest-path distance that becomes a virtual edge
 */
public record GhnConfig(Encoder encoder, Decoder decoder, int hidden, int heads, int layers, int rank, int maskLength,
        int maxOut, int maxIn, int maxKernel, int classes, boolean language, Scaling scaling, boolean reference,
        int cutoff) {

    public enum Encoder {
        GRAPHORMER, GATED_GNN;

        public static Encoder parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "graphormer" -> GRAPHORMER;
                case "gatedgnn", "gated_gnn" -> GATED_GNN;
                default -> throw new TensorException("encoder '" + text + "': choose graphormer or gatedgnn");
            };
        }

        public String label() { return this == GRAPHORMER ? "graphormer" : "gatedgnn"; }
    }

    public enum Decoder {
        LOW_RANK, CONVOLUTIONAL
    }

    public GhnConfig {
        if (hidden < 4 || hidden % 4 != 0)
            throw new TensorException("hypernetwork: hidden size " + hidden + " is not a multiple of 4");
        if (heads < 1 || hidden % heads != 0) {
            throw new TensorException("hypernetwork: " + heads + " heads do not divide hidden size " + hidden);
        }
        if (layers < 1 || classes < 1 || maxOut < 1 || maxIn < 1 || maxKernel < 1) {
            throw new TensorException("hypernetwork: layers, classes and largest shapes must be positive");
        }
        if (decoder == Decoder.LOW_RANK && (rank < 1 || maskLength < 1)) {
            throw new TensorException(
                    "hypernetwork: rank " + rank + " and mask length " + maskLength + " must be positive");
        }
    }

    /** Number of primitives with an embedding. */
    public int primitives() {
        return language ? Primitive.values().length : Primitive.VISION;
    }

    public GhnConfig withEncoder(Encoder other) {
        return new GhnConfig(other, decoder, hidden, heads, layers, rank, maskLength, maxOut, maxIn, maxKernel, classes,
                language,
                scaling, reference, cutoff);
    }

    public GhnConfig withClasses(int number) {
        return new GhnConfig(encoder, decoder, hidden, heads, layers, rank, maskLength, maxOut, maxIn, maxKernel,
                number, language,
                scaling, reference, cutoff);
    }

    public GhnConfig withScaling(Scaling other) {
        return new GhnConfig(encoder, decoder, hidden, heads, layers, rank, maskLength, maxOut, maxIn, maxKernel,
                classes, language,
                other, reference, cutoff);
    }

    /** A LoGAH with widths to 2048, {@code K = 16 * 2048}. */
    public static GhnConfig logah(int rank, int layers, int hidden, int heads, boolean language) {
        return new GhnConfig(Encoder.GRAPHORMER, Decoder.LOW_RANK, hidden, heads, layers, rank, 16 * 2048, 2048, 2048,
                16, 10,
                language, language ? Scaling.STD : Scaling.FAN_IN, false, 250);
    }

    /** A GHN-3 (arXiv 2303.04143): convolutional decoder. */
    public static GhnConfig ghn3(int layers, int hidden, int heads, int maxShape) {
        return new GhnConfig(Encoder.GRAPHORMER, Decoder.CONVOLUTIONAL, hidden, heads, layers, 0, 0, maxShape, maxShape,
                16, 10,
                false, Scaling.FAN_IN, true, 50);
    }

    /** The published sizes, by name: {@code tiny small base large} and {@code ghn3-t ghn3-s ghn3-l}. */
    public static GhnConfig variant(String name, boolean language) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "tiny" -> logah(32, 3, 64, 8, language);
            case "small" -> logah(90, 5, 128, 16, language);
            case "base" -> logah(128, 5, 256, 16, language);
            case "large" -> logah(256, 12, 256, 16, language);
            case "ghn3-t" -> ghn3(3, 64, 8, 64);
            case "ghn3-s" -> ghn3(5, 128, 16, 128);
            case "ghn3-l" -> ghn3(12, 256, 16, 256);
            default -> throw new TensorException(
                    "variant '" + name + "': choose tiny, small, base, large, ghn3-t, ghn3-s or ghn3-l");
        };
    }
}
