package org.logah.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;

/**
 * How fast we are beside others: for a number of threads and a point (an operation with its shapes), each peer's time divided
 * by ours. Times themselves are not kept, they belong to a machine and an hour.
 */
public final class Ratios {
    private final Map<Integer, Map<String, Map<String, Double>>> values = new TreeMap<>();

    /** A ratio that became smaller. */
    public record Loss(int threads, String point, String peer, double before, double now) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s on %d %s: %.2f of %s, was %.2f", point, threads,
                    threads == 1 ? "thread" : "threads", now, peer, before);
        }
    }

    public void put(int threads, String point, String peer, double ratio) {
        values.computeIfAbsent(threads, _ -> new LinkedHashMap<>()).computeIfAbsent(point, _ -> new LinkedHashMap<>())
                .put(peer, Math.round(ratio * 100) / 100.0);
    }

    /** Takes over every ratio of another measurement. */
    public void putAll(Ratios other) {
        other.values.forEach((threads, points) -> points
                .forEach((point, peers) -> peers.forEach((peer, ratio) -> put(threads, point, peer, ratio))));
    }

    /** Ratios by peer; empty where the point was not measured. */
    public Map<String, Double> at(int threads, String point) {
        return values.getOrDefault(threads, Map.of()).getOrDefault(point, Map.of());
    }

    /** Every number of threads measured. */
    public Collection<Integer> threads() { return values.keySet(); }

    /** As {@link #values} gives them, in JSON. */
    static Ratios of(JsonFields all) {
        Ratios out = new Ratios();
        for (String threads : all.keys()) {
            int count = threads(threads);
            JsonFields points = all.object(threads);
            for (String point : points.keys()) {
                JsonFields peers = points.object(point);
                for (String peer : peers.keys()) out.put(count, point, peer, peers.decimal(peer));
            }
        }
        return out;
    }

    private static int threads(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new TensorException("'" + text + "' is no number of threads", e);
        }
    }

    /** Ratios by threads, point and peer. */
    Map<Integer, Map<String, Map<String, Double>>> values() { return values; }

    /** Points of both that are more than {@code share} below what they were. */
    public List<Loss> lossesSince(Ratios earlier, double share) {
        List<Loss> losses = new ArrayList<>();
        values.forEach((threads, points) -> points.forEach((point, peers) -> peers.forEach((peer, now) -> {
            Double before = earlier.at(threads, point).get(peer);
            if (before != null && now < before * (1 - share))
                losses.add(new Loss(threads, point, peer, before, now));
        })));
        return losses;
    }

    /** Every point: a row of peers for each number of threads, in Markdown. */
    public String table() {
        Set<String> points = new LinkedHashSet<>();
        values.values().forEach(m -> points.addAll(m.keySet()));
        return render(points.stream().collect(Collectors.toMap(p -> p, List::of, (a, _) -> a, LinkedHashMap::new)),
                true);
    }

    /** Kinds of points (the words in front of their sizes): lowest and median ratio, in Markdown. */
    public String summary() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        values.values().forEach(m -> m.keySet().forEach(point -> {
            List<String> of = kinds.computeIfAbsent(kind(point), _ -> new ArrayList<>());
            if (!of.contains(point)) of.add(point);
        }));
        return render(kinds, false);
    }

    private static String kind(String point) {
        return point.startsWith("step ") || point.startsWith("meta-step ") ? point : point.replaceFirst(" \\d.*", "");
    }

    private String render(Map<String, List<String>> rows, boolean single) {
        StringBuilder head = new StringBuilder("| |");
        StringBuilder rule = new StringBuilder("|---|");
        Map<Integer, Set<String>> peers = new TreeMap<>();
        values.forEach((threads, points) -> {
            Set<String> names = peers.computeIfAbsent(threads, _ -> new LinkedHashSet<>());
            points.values().forEach(p -> names.addAll(p.keySet()));
            for (String peer : names) {
                head.append(' ').append(threads).append(threads == 1 ? " thread: " : " threads: ").append(peer)
                        .append(" |");
                rule.append("---:|");
            }
        });
        StringBuilder out = new StringBuilder(head).append('\n').append(rule).append('\n');
        rows.forEach((name, points) -> {
            out.append("| ").append(name).append(" |");
            peers.forEach((threads, names) -> {
                for (String peer : names) out.append(' ').append(cell(threads, peer, points, single)).append(" |");
            });
            out.append('\n');
        });
        return out.toString();
    }

    private String cell(int threads, String peer, List<String> points, boolean single) {
        double[] sorted = points.stream().map(p -> at(threads, p).get(peer)).filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) return "";
        if (single || sorted.length == 1) return String.format(Locale.ROOT, "%.2f", sorted[0]);
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return String.format(Locale.ROOT, "%.2f (least %.2f)", median, sorted[0]);
    }

    /**
     * Replaces what stands between {@code <!-- name -->} and {@code <!-- end -->} of a page.
     *
     * @throws IOException if the page has no such place
     */
    public static String replaced(String page, String name, String content) throws IOException {
        String start = "<!-- " + name + " -->\n";
        int from = page.indexOf(start);
        int to = page.indexOf("\n<!-- end -->", from);
        if (from < 0 || to < 0) throw new IOException("the page has no place named " + name);
        return page.substring(0, from + start.length()) + "\n" + content + page.substring(to);
    }
}
