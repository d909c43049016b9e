package org.logah.training.meta;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;

/**
 * A set of architectures to meta-train on (LoGAH, section 4.1): drawn by a sampler, or listed. Each drawn one depends on the seed
 * and its number alone and is drawn when first needed, so a set of a thousand costs nothing to make. Thread-safe.
 */
public final class ArchitectureSet {
    /** Draws in a row without a new architecture after which there is none left. */
    private static final int MOST_REPEATS = 1000;
    /** Of an endless set's shapes at most one in so many is held out. */
    private static final int SHAPES_FOR_ONE_HELD_OUT = 3;
    /** Architectures that are kept from one choice to another. */
    private static final int CACHED = 4096;

    private final String name;
    private final ArchitectureSampler.Draw draw;
    private final DataFormat data;
    private final RandomStream random;
    private final int size;
    private final boolean distinct;
    /** What is drawn has none of these shapes. */
    private final Set<Map<String, Shape>> heldOut;
    /** One network per description, so that its graph is traced once. */
    private final LruCache<String, TargetNetwork> networks = new LruCache<>(CACHED);
    private final LruCache<Integer, TargetNetwork> numbered = new LruCache<>(CACHED);
    private final List<TargetNetwork> kept = new ArrayList<>();
    private final DistinctGraphs graphs = new DistinctGraphs();
    private int drawn;
    /** Whether {@link #kept} was given whole, and nothing is drawn. */
    private boolean listed;

    /**
     * A set of as many architectures as the sampler says.
     *
     * @param sampler draws them
     * @param data what they are to be trained on
     * @param random where the draws come from
     * @throws TensorException if the sampler's networks do not read such data
     */
    public ArchitectureSet(ArchitectureSampler sampler, DataFormat data, RandomStream random) {
        this(sampler.name(), sampler.draw(), data, random, sampler.size(), false, Set.of());
        requireKind(name, sampler.dataKind(), data);
    }

    private ArchitectureSet(String name, ArchitectureSampler.Draw draw, DataFormat data, RandomStream random, int size,
            boolean distinct, Set<Map<String, Shape>> heldOut) {
        this.name = name;
        this.draw = draw;
        this.data = data;
        this.random = random;
        this.size = size;
        this.distinct = distinct;
        this.heldOut = heldOut;
    }

    /**
     * {@return a set of listed architectures}
     *
     * @param name what the set is called in messages
     * @param networks its architectures
     * @param data what they are to be trained on
     * @param random where the choices for steps come from
     * @throws TensorException if there is none, or one does not read such data
     */
    public static ArchitectureSet of(String name, List<TargetNetwork> networks, DataFormat data, RandomStream random) {
        if (networks.isEmpty()) throw new TensorException("the set '" + name + "' has no architectures");
        for (TargetNetwork network : networks) {
            requireKind(name, network.data().kind(), data);
            network.data().requireFit(data);
        }
        ArchitectureSet set = new ArchitectureSet(name, (_, _) -> networks.getFirst(), data, random, networks.size(),
                true, Set.of());
        set.kept.addAll(networks);
        set.listed = true;
        return set;
    }

    private static void requireKind(String name, DataKind kind, DataFormat data) {
        if (kind != data.kind())
            throw new TensorException("the architectures of the set '" + name + "' read " + kind.unit()
                    + ", the data has " + data.kind().unit());
    }

    /**
     * A set without some architectures that are kept from training.
     *
     * @param training the rest
     * @param heldOut what is kept from it
     */
    public record Split(ArchitectureSet training, List<TargetNetwork> heldOut) {
        /**
         * {@return a set of which nothing is kept}
         *
         * @param all the set
         */
        public static Split whole(ArchitectureSet all) { return new Split(all, List.of()); }
    }

    /**
     * {@return this set, split into architectures to train on and to validate on} No shapes that are held out are trained on.
     *
     * <ul>
     * <li>Of a finite set the last that have shapes of their own are held out, at most half of these.
     * <li>Of an endless set they are drawn from a stream of their own, at most a third of the shapes that a thousand draws give;
     * training draws again what has one of their shapes.
     * </ul>
     *
     * @param count how many, at least 1
     * @throws TensorException if the set has architectures of one shape only
     */
    public Split withHeldOut(int count) {
        return size == ArchitectureSampler.ENDLESS ? endlessWithHeldOut(count) : numberedWithHeldOut(count);
    }

    private Split endlessWithHeldOut(int count) {
        Map<Map<String, Shape>, TargetNetwork> others = new LinkedHashMap<>();
        RandomStream own = random.split("held out");
        for (int i = 0; others.size() < (long) SHAPES_FOR_ONE_HELD_OUT * count && i < MOST_REPEATS; i++) {
            TargetNetwork next = draw(own.split(i));
            others.putIfAbsent(next.shapes(), next);
        }
        requireTwo(others.size());
        int most = Math.max(1, others.size() / SHAPES_FOR_ONE_HELD_OUT);
        List<TargetNetwork> held = others.values().stream().limit(Math.min(count, most)).toList();
        Set<Map<String, Shape>> without = new HashSet<>(heldOut);
        for (TargetNetwork network : held) without.add(network.shapes());
        return new Split(new ArchitectureSet(name, draw, data, random, size, distinct, without), held);
    }

    private void requireTwo(int shapes) {
        if (shapes < 2)
            throw new TensorException("the set '" + name + "' has architectures of one shape only, which cannot be "
                    + "trained on and held out; add others");
    }

    private Split numberedWithHeldOut(int count) {
        Map<Map<String, Shape>, TargetNetwork> others = new LinkedHashMap<>();
        List<TargetNetwork> all = IntStream.range(0, size).mapToObj(this::architecture).toList();
        for (TargetNetwork network : all.reversed()) others.putIfAbsent(network.shapes(), network);
        requireTwo(others.size());
        List<TargetNetwork> last = others.values().stream().limit(Math.min(count, others.size() / 2)).toList();
        Set<Map<String, Shape>> held = new HashSet<>();
        for (TargetNetwork network : last) held.add(network.shapes());
        List<TargetNetwork> rest = all.stream().filter(n -> !held.contains(n.shapes())).toList();
        return new Split(of(name, rest, data, random), last.reversed());
    }

    /**
     * {@return a set of the first architectures of this one, some of which may be the same}
     *
     * @param count how many, at least 1
     * @throws TensorException if there are fewer in a list
     */
    public ArchitectureSet sized(int count) {
        if (listed && count > size)
            throw new TensorException("the set '" + name + "' has " + size + " architectures, not " + count);
        if (listed) return of(name, List.copyOf(kept).subList(0, count), data, random);
        return new ArchitectureSet(name, draw, data, random, requireSome(count), distinct, heldOut);
    }

    private static int requireSome(int count) {
        if (count < 1) throw new TensorException("a set of " + count + " architectures: choose at least 1");
        return count;
    }

    /**
     * {@return a set of the first architectures of this one that are all different for a hypernetwork} Finding the next one
     * draws and traces all before it.
     *
     * @param count how many, at least 1
     */
    public ArchitectureSet distinct(int count) {
        if (listed) {
            DistinctGraphs found = new DistinctGraphs();
            List<TargetNetwork> all = kept.stream().filter(found::add).toList();
            return of(name, all, data, random).sized(requireSome(count));
        }
        return new ArchitectureSet(name, draw, data, random, requireSome(count), true, heldOut);
    }

    /** {@return the sampler's name, as {@code gpts}, or that of a list} */
    public String name() { return name; }

    /** {@return number of architectures, {@link ArchitectureSampler#ENDLESS} where each that is chosen is drawn anew} */
    public int size() {
        return size;
    }

    /**
     * {@return the architecture of a number}
     *
     * @param number from 0, below the size where there is one
     * @throws TensorException if there is no such number, or no other architecture was found for a set of different ones
     */
    public TargetNetwork architecture(int number) {
        if (number < 0 || (size != ArchitectureSampler.ENDLESS && number >= size))
            throw new TensorException("architecture " + number + " of the " + size + " of the set '" + name() + "'");
        return distinct ? keep(number) : numbered.get(number, this::draw);
    }

    /**
     * {@return the architecture for one place in one step's meta-batch} The same for the same numbers.
     *
     * @param step the step's number
     * @param index the place in its meta-batch
     */
    public TargetNetwork chosen(int step, int index) {
        if (size == ArchitectureSampler.ENDLESS) return draw(random.split("architectures").split(step).split(index));
        return architecture(random.split("choice").split(step).split(index).nextInt(size));
    }

    private TargetNetwork draw(int number) { return draw(random.split("set").split(number)); }

    /** What is held out is drawn again, from parts of the same stream. */
    private TargetNetwork draw(RandomStream stream) {
        TargetNetwork first = drawAny(stream);
        if (mayBeDrawn(first)) return first;
        RandomStream again = stream.split("again");
        for (int i = 1; i < MOST_REPEATS; i++) {
            TargetNetwork next = drawAny(again.split(i));
            if (mayBeDrawn(next)) return next;
        }
        throw new TensorException("the set '" + name + "' has nothing but what is held out: " + MOST_REPEATS
                + " draws gave no other; hold out fewer, or add others");
    }

    private boolean mayBeDrawn(TargetNetwork network) {
        return heldOut.isEmpty() || !heldOut.contains(network.shapes());
    }

    private TargetNetwork drawAny(RandomStream stream) {
        TargetNetwork network = draw.draw(stream, data);
        network.data().requireFit(data);
        return networks.get(network.describe(), _ -> network);
    }

    private synchronized TargetNetwork keep(int number) {
        while (kept.size() <= number) {
            int last = drawn + MOST_REPEATS;
            TargetNetwork next = draw(drawn++);
            while (!graphs.add(next)) {
                if (drawn == last) {
                    throw new TensorException("the set '" + name() + "' has no " + size + " different architectures: "
                            + kept.size() + " were found among " + drawn);
                }
                next = draw(drawn++);
            }
            kept.add(next);
        }
        return kept.get(number);
    }
}
