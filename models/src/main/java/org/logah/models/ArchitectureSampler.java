package org.logah.models;

import java.util.Locale;
import java.util.function.Supplier;

import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;

/**
 * A named way to draw architectures of one family at random, to meta-train a hypernetwork on (LoGAH, section 4.1), and to make one
 * of a size that the set does not have, to see what the hypernetwork learned of it.
 *
 * @param name the set's name, as {@code gpts}
 * @param one what one of its networks is called, as {@code GPT}
 * @param summary what it draws, in a few words
 * @param dataKind the data that its networks read
 * @param size how many architectures a set of them has, {@link #ENDLESS} where each one that is needed is drawn anew
 * @param draw draws one
 * @param sized makes one of a given size
 */
public record ArchitectureSampler(String name, String one, String summary, DataKind dataKind, int size, Draw draw,
        Sized sized) {

    /** The size of a set without end. */
    public static final int ENDLESS = 0;
    /** The size of the published sets. */
    public static final int THOUSAND = 1000;

    private static final int TRIES = 10_000;

    /** {@return whether each architecture that is needed is drawn anew} */
    public boolean endless() {
        return size == ENDLESS;
    }

    /**
     * Draws until an architecture is small enough.
     *
     * @param <N> the family's networks
     * @param parameters the most that it may have
     * @param draw gives another one each time
     * @return the first that has no more
     * @throws TensorException if ten thousand were all too large
     */
    public static <N extends TargetNetwork> N atMost(long parameters, Supplier<N> draw) {
        N network = draw.get();
        for (int i = 1; i < TRIES && network.parameterCount() > parameters; i++) network = draw.get();
        if (network.parameterCount() <= parameters) return network;
        throw new TensorException(String.format(Locale.ROOT,
                "none of %,d architectures has at most %,d parameters, the last was %s; choose data with a smaller vocabulary or fewer "
                        + "classes",
                TRIES, parameters, network.describe()));
    }

    /** Draws an architecture. */
    @FunctionalInterface
    public interface Draw {
        /**
         * One architecture; the same one for the same state of the stream and the same data.
         *
         * @param random where its choices come from
         * @param data what it is to be trained on; its vocabulary and positions, or its image and classes, follow that
         * @return a network that reads such data
         */
        TargetNetwork draw(RandomStream random, DataFormat data);
    }

    /** Makes an architecture of a given size. */
    @FunctionalInterface
    public interface Sized {
        /**
         * An architecture with the proportions of the set, of any depth and width.
         *
         * @param layers transformer layers
         * @param width width of the states
         * @param data what it is to be trained on, as for {@link Draw}
         * @return a network that reads such data
         * @throws TensorException if the sizes do not go together
         */
        TargetNetwork network(int layers, int width, DataFormat data);
    }
}
