package org.logah.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.logah.autograd.nn.Network;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphIsomorphism;
import org.logah.ghn.graph.GraphTracer;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;

/**
 * A set of architectures to meta-train on (LoGAH, section 4.1). Each is drawn from its own number when it is first needed, so
 * a set of a thousand costs nothing to make, and the same seed gives the same set. Thread-safe.
 */
public final class ArchitectureSet {
    /** So many draws without a new architecture, and there is none left to find. */
    private static final int MOST_REPEATS = 1000;

    private final ArchitectureSampler sampler;
    private final DataFormat data;
    private final RandomStream random;
    private final int size;
    private final boolean distinct;
    /** One network per description, so that its graph is traced once. */
    private final Map<String, TargetNetwork> networks = new ConcurrentHashMap<>();
    private final Map<Integer, TargetNetwork> numbered = new ConcurrentHashMap<>();
    private final List<TargetNetwork> kept = new ArrayList<>();
    private final Map<GraphIsomorphism.Invariant, List<ComputationGraph>> graphs = new HashMap<>();
    private int drawn;

    /**
     * A set of as many architectures as the sampler says.
     *
     * @param sampler draws them
     * @param data what they are to be trained on
     * @param random where the draws come from
     * @throws TensorException if the sampler's networks do not read such data
     */
    public ArchitectureSet(ArchitectureSampler sampler, DataFormat data, RandomStream random) {
        this(sampler, data, random, sampler.size(), false);
    }

    private ArchitectureSet(ArchitectureSampler sampler, DataFormat data, RandomStream random, int size,
            boolean distinct) {
        if (sampler.dataKind() != data.kind()) {
            throw new TensorException("the architectures of the set '" + sampler.name() + "' read "
                    + sampler.dataKind().unit() + ", the data has " + data.kind().unit());
        }
        this.sampler = sampler;
        this.data = data;
        this.random = random;
        this.size = size;
        this.distinct = distinct;
    }

    /**
     * {@return a set of the first architectures of this one that are all different for a hypernetwork} Finding the next one
     * draws and traces all before it.
     *
     * @param count how many, at least 1
     */
    public ArchitectureSet distinct(int count) {
        if (count < 1) throw new TensorException("a set of " + count + " architectures: choose at least 1");
        return new ArchitectureSet(sampler, data, random, count, true);
    }

    /** {@return the sampler's name, as {@code gpts}} */
    public String name() { return sampler.name(); }

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
        return distinct ? keep(number) : numbered.computeIfAbsent(number, this::draw);
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

    private TargetNetwork draw(RandomStream stream) {
        TargetNetwork network = sampler.draw().draw(stream, data);
        network.data().requireFit(data);
        return networks.computeIfAbsent(network.describe(), _ -> network);
    }

    private synchronized TargetNetwork keep(int number) {
        while (kept.size() <= number) {
            int last = drawn + MOST_REPEATS;
            TargetNetwork next = draw(drawn++);
            while (!isNew(next)) {
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

    private boolean isNew(Network network) {
        ComputationGraph graph = GraphTracer.trace(network);
        List<ComputationGraph> alike = graphs.computeIfAbsent(GraphIsomorphism.invariant(graph),
                _ -> new ArrayList<>());
        if (alike.stream().anyMatch(g -> GraphIsomorphism.exists(g, graph))) return false;
        return alike.add(graph);
    }

    /**
     * {@return whether two networks are the same for a hypernetwork: their graphs are, up to the numbers of their nodes} Heads
     * of attention are not in the graph, so networks that differ in nothing else are the same.
     *
     * @param a a network
     * @param b a network
     */
    public static boolean same(Network a, Network b) {
        return GraphIsomorphism.exists(GraphTracer.trace(a), GraphTracer.trace(b));
    }
}
