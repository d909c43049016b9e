package org.logah.bench.peers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

import org.logah.autograd.nn.ParameterSpec;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.Scaling.Factor;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.gpt2.Gpt2;

/**
 * A whole step of meta-training in TorchScript, unrolled for its architectures: a Graphormer over the nodes of all graphs, a low-rank
 * decoder that makes tensors of the same shape together and only the rows that they need, the targets with PyTorch's fused
 * attention, one backward pass from the mean loss, clipping and AdamW.
 */
final class MetaSources {
    /** Parameters that the reference's files carry and nothing reads. */
    private static final List<String> UNUSED = List.of("decoder.l1.", "decoder_1d.", "bias_class.");
    private static final String NODES = """
              def nodes(self: __torch__.Peer, qkv: Tensor, bias: Tensor, scale: float) -> Tensor:
                n = torch.size(qkv, 0)
                parts = torch.permute(torch.view(qkv, [n, 3, torch.size(bias, 0), -1]), [1, 2, 0, 3])
                q = torch.select(parts, 0, 0)
                k = torch.select(parts, 0, 1)
                v = torch.select(parts, 0, 2)
                seen = torch.softmax(torch.baddbmm(bias, q, torch.transpose(k, 1, 2), beta=1, alpha=scale), -1)
                return torch.reshape(torch.transpose(torch.bmm(seen, v), 0, 1), [n, -1])

            """;
    private static final String FORWARD = """
              def forward(self: __torch__.Peer, p: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], i: List[Tensor], x: Tensor, y: Tensor) -> Tensor:
                torch.set_grad_enabled(True)
            """;
    private final GhnConfig config;
    private final int heads;
    private final int layers;
    private final LowRankDecoder.Config decoder;
    private final List<Gpt2> targets;
    private final List<ComputationGraph> graphs;
    private final List<DecodedGroup> groups;
    private final List<String> parameters;
    private final List<int[]> indices = new ArrayList<>();
    private final List<long[]> shapes = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();

    /** @param network with a Graphormer and a low-rank decoder */
    MetaSources(HyperNetwork network, List<Gpt2> targets) {
        config = network.config();
        this.targets = targets;
        if (!(config.encoder() instanceof Graphormer.Config e) || !e.tellsAll()
                || !(config.decoder() instanceof LowRankDecoder.Config d))
            throw new IllegalArgumentException("no source for " + config);
        heads = e.heads();
        layers = e.layers();
        decoder = d;
        graphs = targets.stream().map(network::graphOf).toList();
        groups = DecodedGroup.of(decoder, config.scaling(), targets, graphs);
        parameters = network.parameters().stream().map(ParameterSpec::name)
                .filter(n -> UNUSED.stream().noneMatch(n::startsWith)).toList();
        encode(new GraphIndices(config, graphs));
        decode();
        say("loss = torch.mul(%s, %s)", losses(), number(1.0 / targets.size()));
        say("return (self).update(loss, p, m, v, s)");
    }

    /** Names of the parameters that the step trains, in the order in which it takes them. */
    List<String> parameters() { return parameters; }

    /** What it takes as {@code i}, in order. */
    List<int[]> indices() { return indices; }

    /** The shapes of those. */
    List<long[]> shapes() { return shapes; }

    /** The step, clipped and trained as meta-training is by default. */
    String source(double clip, double rate) {
        StringBuilder out = new StringBuilder(TorchSources.GPT2);
        for (int g = 0; g < targets.size(); g++)
            out.append(TorchSources.gpt2Loss("loss" + g, targets.get(g).config()));
        return out.append(NODES).append(TorchSources.update(clip, rate)).append('\n').append(FORWARD).append(body)
                .toString();
    }

    private void say(String line, Object... values) {
        body.append("    ").append(String.format(Locale.ROOT, line, values)).append('\n');
    }

    private static String number(double value) { return TorchSources.number(value); }

    private String parameter(String name) {
        int i = parameters.indexOf(name);
        if (i < 0) throw new IllegalArgumentException("no parameter " + name);
        return "p[" + i + "]";
    }

    private String linear(String x, String name) {
        return "torch.linear(%s, %s, %s)".formatted(x, parameter(name + ".weight"), parameter(name + ".bias"));
    }

    private String norm(String x, String name) {
        return "torch.layer_norm(%s, [%d], %s, %s, 0.00001)".formatted(x, config.hidden(), parameter(name + ".weight"),
                parameter(name + ".bias"));
    }

    private String index(int[] values, long... shape) {
        indices.add(values);
        shapes.add(shape);
        return "i[" + (indices.size() - 1) + "]";
    }

    private String rows(String table, int[] values) {
        return "torch.embedding(%s, %s)".formatted(parameter(table), index(values, values.length));
    }

    /** The rows of two columns, side by side. */
    private String pairs(String table, int[] values) {
        return "torch.flatten(torch.embedding(%s, %s), 1)".formatted(parameter(table),
                index(values, values.length / 2, 2));
    }

    private void encode(GraphIndices read) {
        say("h = torch.add(%s, torch.cat([%s, %s], 1))", rows("embed.weight", read.primitives),
                pairs("shape_enc.embed_channel.weight", read.channels),
                pairs("shape_enc.embed_spatial.weight", read.kernels));
        say("h = torch.add(h, %s)", rows("gnn.0.centrality_embed_in.weight", read.degreesIn));
        say("h = torch.add(h, %s)", rows("gnn.0.centrality_embed_out.weight", read.degreesOut));
        say("h = torch.add(h, %s)", rows("gnn.0.input_dist_embed.weight", read.fromInput));
        String distances = pairs("gnn.0.attn.edge_embed.embed.weight", read.distances);
        say("e = %s", linear("torch.relu(" + linear(distances, "gnn.0.attn.proj_e.0") + ")", "gnn.0.attn.proj_e.2"));
        List<String> sizes = new ArrayList<>();
        for (int g = 0; g < graphs.size(); g++) {
            int n = graphs.get(g).size();
            sizes.add(Integer.toString(n));
            say("bias%d = torch.contiguous(torch.permute(torch.embedding(e, %s), [2, 0, 1]))", g,
                    index(read.pairs.get(g), n, n));
        }
        double scale = 1 / Math.sqrt((double) config.hidden() / heads);
        for (int layer = 0; layer < layers; layer++) {
            String name = "gnn." + layer;
            say("q = torch.split_with_sizes(torch.linear(%s, %s), %s, 0)", norm("h", name + ".ln1"),
                    parameter(name + ".attn.to_qkv.weight"), sizes);
            List<String> seen = new ArrayList<>();
            for (int g = 0; g < graphs.size(); g++)
                seen.add("(self).nodes(q[%d], bias%d, %s)".formatted(g, g, number(scale)));
            say("h = torch.add(h, %s)", linear("torch.cat(" + seen + ", 0)", name + ".attn.to_out.0"));
            String inner = "torch.gelu(" + linear(norm("h", name + ".ln2"), name + ".ff.net.0") + ")";
            say("h = torch.add(h, %s)", linear(inner, name + ".ff.net.3"));
        }
        say("h = %s", norm("h", "ln"));
    }

    /** Entry (k, j) of A is number {@code k r + j} of what a member's rows of {@code u} give through the last map. */
    private void decode() {
        int[] first = new int[graphs.size()];
        for (int g = 1; g < first.length; g++) first[g] = first[g - 1] + graphs.get(g - 1).size();
        int[] carriers = groups.stream().flatMap(g -> g.members().stream())
                .mapToInt(n -> first[n.graph()] + n.node().index()).toArray();
        List<Integer> sizes = groups.stream().map(g -> g.members().size()).toList();
        say("c = torch.index_select(h, 0, %s)", index(carriers, carriers.length));
        say("c = torch.relu(%s)", linear("torch.relu(" + linear("c", "decoder.mlp.fc.0") + ")", "decoder.mlp.fc.2"));
        int r = decoder.rank();
        int mostA = groups.stream().mapToInt(DecodedGroup::rowsOfA).max().orElseThrow();
        int mostB = groups.stream().mapToInt(DecodedGroup::rowsOfB).max().orElseThrow();
        half("ua", 0, rowsOfU(mostA) * r, sizes);
        half("ub", r * r, rowsOfU(mostB) * r, sizes);
        lastMaps();
        for (int i = 0; i < groups.size(); i++) {
            DecodedGroup group = groups.get(i);
            factor("a", "ua[" + i + "]", group.members().size(), group.rowsOfA());
            factor("b", "ub[" + i + "]", group.members().size(), group.rowsOfB());
            say("w = torch.bmm(a, torch.transpose(b, 1, 2))");
            if (group.isVector()) vectors(i, group);
            else matrices(i, group);
        }
    }

    private int rowsOfU(int rows) {
        return Math.toIntExact(((long) rows * decoder.rank() + decoder.maskLength() - 1) / decoder.maskLength());
    }

    private int columns(int rows) { return Math.toIntExact(Math.min(decoder.maskLength(), (long) rows * decoder.rank())); }

    private void half(String name, int from, int count, List<Integer> sizes) {
        String part = "torch.slice(%s, 0, " + from + ", " + (from + count) + ")";
        say("%s = torch.split_with_sizes(torch.relu(torch.linear(c, %s, %s)), %s, 0)", name,
                part.formatted(parameter("decoder.mlp.fc.4.weight")), part.formatted(parameter("decoder.mlp.fc.4.bias")),
                sizes);
    }

    /** As many columns as a group needs, each part cut from the next larger one, so that gradients are added in the smallest. */
    private void lastMaps() {
        TreeSet<Integer> counts = new TreeSet<>();
        groups.forEach(g -> counts.addAll(List.of(columns(g.rowsOfA()), columns(g.rowsOfB()))));
        String weight = parameter("decoder.l2.weight");
        String bias = parameter("decoder.l2.bias");
        for (int count : counts.descendingSet()) {
            say("l%d = torch.slice(%s, 0, 0, %d)", count, weight, count);
            say("o%d = torch.slice(%s, 0, 0, %d)", count, bias, count);
            weight = "l" + count;
            bias = "o" + count;
        }
    }

    private void factor(String name, String u, int members, int rows) {
        int r = decoder.rank();
        int count = rowsOfU(rows);
        int columns = columns(rows);
        say("%s = torch.reshape(torch.slice(%s, 1, 0, %d), [%d, %d])", name, u, count * r, members * count, r);
        say("%s = torch.view(torch.linear(%s, l%d, o%d), [%d, %d])", name, name, columns, columns, members,
                count * columns);
        say("%s = torch.reshape(torch.slice(%s, 1, 0, %d), [%d, %d, %d])", name, name, rows * r, members, rows, r);
    }

    /** {@code W [members, 2 n, 1]}: norms' weights from the first n rows, everything that is added from the others. */
    private void vectors(int i, DecodedGroup group) {
        int members = group.members().size();
        String rows = "torch.slice(torch.select(w, 1, %d), 1, 0, " + group.shape().dim(0) + ")";
        say("w = torch.view(w, [%d, 2, %d])", members, group.rowsOfA() / 2);
        if (group.norms() > 0) {
            String norms = "torch.slice(" + rows.formatted(0) + ", 0, 0, " + group.norms() + ")";
            say("n%d = torch.unbind(torch.mul(torch.sigmoid(torch.mul(%s, 0.5)), 2.), 0)", i, norms);
        }
        say("g%d = torch.unbind(torch.tanh(torch.mul(%s, 0.2)), 0)", i, rows.formatted(1));
    }

    private void matrices(int i, DecodedGroup group) {
        int out = group.shape().dim(0);
        if (group.rowsOfA() < out) {
            List<String> copies = new ArrayList<>(Collections.nCopies(out / group.rowsOfA(), "w"));
            copies.add("torch.slice(w, 1, 0, " + out % group.rowsOfA() + ")");
            say("w = torch.cat(%s, 1)", copies);
        }
        switch (group.factor()) {
            case Factor.Constant c -> {
                if (c.by() != 1) say("w = torch.mul(w, %s)", number(c.by()));
            }
            case Factor.ToDeviation to -> {
                say("d = torch.std(w, [1, 2], True, True)");
                say("w = torch.mul(w, torch.mul(torch.reciprocal(torch.add(d, %s)), %s))", number(to.eps()),
                        number(to.deviation()));
            }
            case null -> throw new IllegalStateException("a matrix without a factor");
        }
        say("g%d = torch.unbind(w, 0)", i);
    }

    private String losses() {
        String sum = "";
        for (int g = 0; g < targets.size(); g++) {
            Map<String, String> found = decoded(g);
            say("t%d = %s", g, targets.get(g).parameters().stream().map(ParameterSpec::name).map(found::get).toList());
            String loss = "(self).loss%d(t%d, x, y)".formatted(g, g);
            sum = sum.isEmpty() ? loss : "torch.add(" + sum + ", " + loss + ")";
        }
        return sum;
    }

    /** Where the parameters of a target are, by name. */
    private Map<String, String> decoded(int graph) {
        Map<String, String> found = new HashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            List<DecodedGroup.Member> members = groups.get(i).members();
            for (int k = 0; k < members.size(); k++) {
                if (members.get(k).graph() != graph) continue;
                String name = members.get(k).node().requireParameter();
                String bias = members.get(k).node().normBias();
                if (bias != null) found.put(name, "n%d[%d]".formatted(i, k));
                found.put(bias == null ? name : bias, "g%d[%d]".formatted(i, k));
            }
        }
        return found;
    }
}
