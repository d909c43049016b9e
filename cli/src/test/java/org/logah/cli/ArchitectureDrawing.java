package org.logah.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jgrapht.Graph;
import org.jgrapht.Graphs;
import org.jgrapht.alg.TransitiveReduction;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleDirectedGraph;
import org.jgrapht.traverse.TopologicalOrderIterator;

/**
 * The picture of docs/architecture.md, drawn from the imports in the sources: a box for each module, its packages in it, those
 * above that use those below. Of the arrows between modules those are left out that follow from others.
 */
final class ArchitectureDrawing {
    static final List<String> MODULES = List.of("cli", "bench", "training/spark", "training", "ghn", "models",
            "autograd",
            "engine/tornado", "engine/core");
    private static final int WIDTH = 1040;
    private static final int CHIP = 24;
    private static final int GAP = 14;
    private static final int FLOOR = 46;
    private static final int ASIDE = 45;
    static final Pattern PACKAGE = Pattern.compile("(?m)^package (org\\.logah[\\w.]*);");
    private static final Pattern IMPORT = Pattern
            .compile("(?m)^import (?:static )?(org\\.logah(?:\\.[a-z]\\w*)*)\\.[A-Z]");

    private final Map<String, String> moduleOf = new TreeMap<>();
    private final Graph<String, DefaultEdge> packages = new SimpleDirectedGraph<>(DefaultEdge.class);
    private final Graph<String, DefaultEdge> modules = new SimpleDirectedGraph<>(DefaultEdge.class);

    private record Box(int x, int y, int width, int height) { int middle() { return x + width / 2; } }

    private ArchitectureDrawing() {}

    /** The picture of the project in {@code root}, as SVG. */
    static String svg(Path root) throws IOException {
        ArchitectureDrawing d = new ArchitectureDrawing();
        d.read(root);
        return d.draw();
    }

    private void read(Path root) throws IOException {
        Map<String, TreeSet<String>> imports = new TreeMap<>();
        for (String module : MODULES) {
            modules.addVertex(module);
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(p -> p.toString().endsWith(".java")).sorted().toList()) {
                    String text = Files.readString(file);
                    Matcher own = PACKAGE.matcher(text);
                    if (!own.find()) throw new IOException(file + " is in no package");
                    moduleOf.put(own.group(1), module);
                    TreeSet<String> used = imports.computeIfAbsent(own.group(1), _ -> new TreeSet<>());
                    IMPORT.matcher(text).results().forEach(m -> used.add(m.group(1)));
                }
            }
        }
        moduleOf.keySet().forEach(packages::addVertex);
        imports.forEach((from, used) -> used.forEach(to -> edge(from, to)));
    }

    private void edge(String from, String to) {
        if (from.equals(to) || !moduleOf.containsKey(to)) return;
        packages.addEdge(from, to);
        String above = moduleOf.get(from);
        String below = moduleOf.get(to);
        if (!above.equals(below)) modules.addEdge(above, below);
    }

    /** Length of the longest way down from each vertex. */
    private static Map<String, Integer> floors(Graph<String, DefaultEdge> graph) {
        List<String> order = new ArrayList<>();
        new TopologicalOrderIterator<>(graph).forEachRemaining(order::add);
        Map<String, Integer> floors = new TreeMap<>();
        for (String v : order.reversed()) {
            int floor = 0;
            for (String below : Graphs.successorListOf(graph, v)) floor = Math.max(floor, floors.get(below) + 1);
            floors.put(v, floor);
        }
        return floors;
    }

    private String draw() {
        TransitiveReduction.INSTANCE.reduce(modules);
        Map<String, Integer> floors = floors(modules);
        Map<String, Box> boxes = new LinkedHashMap<>();
        StringBuilder body = new StringBuilder();
        int y = 10;
        for (int floor = floors.values().stream().mapToInt(Integer::intValue).max().orElse(0); floor >= 0; floor--) {
            int level = floor;
            List<String> here = MODULES.stream().filter(m -> floors.get(m) == level).toList();
            int width = (WIDTH - 20 - GAP * (here.size() - 1)) / here.size();
            int tallest = 0;
            for (int i = 0; i < here.size(); i++) {
                Box box = module(body, here.get(i), 10 + i * (width + GAP), y, width);
                boxes.put(here.get(i), box);
                tallest = Math.max(tallest, box.height());
            }
            y += tallest + FLOOR;
        }
        StringBuilder arrows = new StringBuilder();
        for (DefaultEdge e : modules.edgeSet()) {
            Box from = boxes.get(modules.getEdgeSource(e));
            Box to = boxes.get(modules.getEdgeTarget(e));
            arrows.append(String.format(Locale.ROOT,
                    "<path d=\"M%d %d L%d %d\" stroke=\"#333\" stroke-width=\"1.5\" marker-end=\"url(#head)\"/>%n",
                    from.middle(), from.y() + from.height(), enter(from, to), to.y() - 2));
        }
        return String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
                font-family="sans-serif" font-size="13">
                <defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">\
                <path d="M0 0 L9 4 L0 8 z" fill="#333"/></marker></defs>
                <rect width="100%%" height="100%%" fill="white"/>
                """, WIDTH, y - FLOOR + 10, WIDTH, y - FLOOR + 10) + body + arrows + "</svg>\n";
    }

    /** Where an arrow enters a box: above its middle, or as near to straight down as the box reaches. */
    private static int enter(Box from, Box to) {
        return Math.clamp(from.middle(), to.x() + 20, to.x() + to.width() - 20);
    }

    private Box module(StringBuilder out, String module, int x, int y, int width) {
        Graph<String, DefaultEdge> inside = new SimpleDirectedGraph<>(DefaultEdge.class);
        moduleOf.forEach((name, owner) -> {
            if (owner.equals(module)) inside.addVertex(name);
        });
        for (DefaultEdge e : packages.edgeSet()) {
            String from = packages.getEdgeSource(e);
            String to = packages.getEdgeTarget(e);
            if (inside.containsVertex(from) && inside.containsVertex(to)) inside.addEdge(from, to);
        }
        TransitiveReduction.INSTANCE.reduce(inside);
        Map<String, Integer> floors = floors(inside);
        int rows = floors.values().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        int height = 30 + rows * (CHIP + GAP);
        out.append(String.format(Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\" stroke=\"#888\"/>%n"
                        + "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>%n",
                x, y, width, height, colour(module), x + 10, y + 19, module));
        Map<String, Box> chips = new LinkedHashMap<>();
        for (int row = rows - 1; row >= 0; row--) {
            int floor = row;
            List<String> here = floors.keySet().stream().filter(p -> floors.get(p) == floor).toList();
            int free = width - here.stream().mapToInt(p -> chipWidth(label(p))).sum();
            int gap = free / (here.size() + 1);
            // A package alone in its row stands aside, so that lines to packages below it do not seem to be its own.
            int at = x + gap + (here.size() > 1 ? 0 : row % 2 == 0 ? -ASIDE : ASIDE);
            for (String p : here) {
                chips.put(p, new Box(at, y + 28 + (rows - 1 - row) * (CHIP + GAP), chipWidth(label(p)), CHIP));
                at += chipWidth(label(p)) + gap;
            }
        }
        for (DefaultEdge e : inside.edgeSet()) {
            Box from = chips.get(inside.getEdgeSource(e));
            Box to = chips.get(inside.getEdgeTarget(e));
            out.append(String.format(Locale.ROOT, "<path d=\"M%d %d L%d %d\" stroke=\"#999\"/>%n", from.middle(),
                    from.y() + CHIP, to.middle(), to.y()));
        }
        chips.forEach((p, b) -> out.append(String.format(Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"white\" stroke=\"#bbb\"/>"
                        + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                b.x(), b.y(), b.width(), b.height(), b.middle(), b.y() + 16, label(p))));
        return new Box(x, y, width, height);
    }

    private static int chipWidth(String label) { return 16 + label.length() * 7; }

    /** A package's name without what the module's box says already. */
    private static String label(String name) {
        return name.substring("org.logah.".length());
    }

    private static String colour(String module) {
        return switch (module) {
            case "cli", "bench" -> "#fdf1dc";
            case "training", "training/spark" -> "#e8f3e4";
            case "ghn", "models" -> "#e3eefa";
            case "autograd" -> "#eee8f7";
            default -> "#f4ecec";
        };
    }
}
