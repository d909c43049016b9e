package org.logah.ghn.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** A computational graph as JSON, Graphviz text, or a picture of its own. */
public final class GraphDrawing {
    private static final int ROW = 34;
    private static final int BOX_HEIGHT = 24;
    /** Room for arcs beside a column, and between two. */
    private static final int MARGIN = 150;
    private static final int TOP = 60;
    private static final int LEAST_WIDTH = 180;
    /** Width of a letter at the size that labels have, on the safe side. */
    private static final double LETTER = 6.0;

    private final ComputationGraph graph;
    private final GraphLayout layout;
    private final int boxWidth;

    private GraphDrawing(ComputationGraph graph) {
        this.graph = graph;
        layout = new GraphLayout(graph);
        int longest = graph.nodes().stream().mapToInt(n -> label(n).length()).max().orElse(0);
        boxWidth = Math.max(LEAST_WIDTH, (int) (LETTER * longest) + 16);
    }

    /**
     * Nodes with primitive, parameter and shape, and edges as pairs of indices.
     *
     * @param graph what is drawn
     * @return JSON with a line's end behind it
     */
    public static String json(ComputationGraph graph) {
        JsonArray nodes = new JsonArray();
        JsonArray edges = new JsonArray();
        for (GraphNode n : graph.nodes()) {
            JsonObject o = new JsonObject();
            o.addProperty("op", n.primitive().label());
            o.addProperty("param", n.parameter());
            if (n.shape() != null) {
                JsonArray shape = new JsonArray();
                for (int d : n.shape().toArray()) shape.add(d);
                o.add("shape", shape);
            }
            nodes.add(o);
            for (int from : graph.predecessors(n.index())) {
                JsonArray e = new JsonArray();
                e.add(from);
                e.add(n.index());
                edges.add(e);
            }
        }
        JsonObject root = new JsonObject();
        root.add("nodes", nodes);
        root.add("edges", edges);
        return new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
    }

    /**
     * {@return the graph for Graphviz} JGraphT's own exporter comes with the runtime of a parser generator and two more libraries.
     *
     * @param graph what is drawn
     */
    public static String dot(ComputationGraph graph) {
        StringBuilder s = new StringBuilder(
                "digraph model {\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n");
        for (GraphNode n : graph.nodes()) {
            String label = label(n).replace("\\", "\\\\").replace("\"", "\\\"");
            s.append(String.format(Locale.ROOT, "  n%d [label=\"%s\", fillcolor=\"%s\"];%n", n.index(), label,
                    colour(n.primitive())));
            for (int from : graph.predecessors(n.index()))
                s.append("  n").append(from).append(" -> n").append(n.index()).append(";\n");
        }
        return s.append("}\n").toString();
    }

    /**
     * A column for each input, nodes from top to bottom. Edges to the next node are short arrows, those past other nodes arcs
     * beside the column, and those from one column to another have a colour of their own.
     *
     * @param graph what is drawn
     * @param title a line above the picture, the model's description
     * @return an SVG document
     */
    public static String svg(ComputationGraph graph, String title) { return new GraphDrawing(graph).picture(title); }

    private String picture(String title) {
        int columns = layout.columns();
        int right = left(columns - 1) + boxWidth + (columns > 1 ? MARGIN : 40);
        int width = Math.max(right, (int) (LETTER * title.length()) + 40);
        int height = TOP + layout.rows() * ROW + 20;
        StringBuilder s = new StringBuilder();
        s.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                        + "font-family=\"sans-serif\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                width, height, width, height));
        s.append(String.format(Locale.ROOT,
                "<text x=\"20\" y=\"24\" font-size=\"13\" font-weight=\"bold\" fill=\"#222\">%d nodes, %d edges</text>%n"
                        + "<text x=\"20\" y=\"42\" font-size=\"10\" fill=\"#666\">%s</text>%n",
                graph.size(), graph.edgeCount(), escaped(title)));
        List<String> boxes = new ArrayList<>();
        for (GraphNode n : graph.nodes()) {
            int x = left(layout.column(n.index()));
            int y = top(n.index());
            for (int from : graph.predecessors(n.index())) s.append(edge(from, n.index()));
            boxes.add(String.format(Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\" stroke=\"#333\" "
                            + "stroke-width=\"0.6\"/>%n<text x=\"%d\" y=\"%d\" font-size=\"11\" fill=\"#222\">%s</text>%n",
                    x, y, boxWidth, BOX_HEIGHT, colour(n.primitive()), x + 8, y + 16, escaped(label(n))));
        }
        boxes.forEach(s::append);
        return s.append("</svg>\n").toString();
    }

    private int left(int column) { return MARGIN + column * (boxWidth + MARGIN); }

    private int top(int node) { return TOP + layout.row(node) * ROW; }

    private String edge(int from, int to) {
        int column = layout.column(to);
        if (layout.column(from) != column) return crossing(from, to);
        int x = left(column);
        boolean next = isNext(from, to);
        int y1 = top(from) + (next ? BOX_HEIGHT : BOX_HEIGHT / 2);
        int y2 = top(to) + (next ? 0 : BOX_HEIGHT / 2);
        if (next) {
            int middle = x + boxWidth / 2;
            return String.format(Locale.ROOT,
                    "<path d=\"M%d %d V%d\" stroke=\"#555\" fill=\"none\"/>%n<path d=\"M%d %d l-3 -5 h6 z\" fill=\"#555\"/>%n",
                    middle, y1, y2, middle, y2);
        }
        boolean mirrored = column > 0 && column == layout.columns() - 1;
        int reach = Math.min(MARGIN - 15, 24 + 9 * (layout.row(to) - layout.row(from)));
        int at = mirrored ? x + boxWidth : x;
        int out = mirrored ? at + reach : at - reach;
        return String.format(Locale.ROOT,
                "<path d=\"M%d %d C%d %d %d %d %d %d\" stroke=\"#4477aa\" stroke-opacity=\"0.7\" fill=\"none\"/>%n"
                        + "<path d=\"M%d %d l%d -3 v6 z\" fill=\"#4477aa\"/>%n",
                at, y1, out, y1, out, y2, at, y2, at, y2, mirrored ? 6 : -6);
    }

    /** Whether no other node of the column stands between two. */
    private boolean isNext(int from, int to) {
        for (int i = from + 1; i < to; i++) if (layout.column(i) == layout.column(to)) return false;
        return true;
    }

    /** From the side of a box in an earlier column to that of one in a later column. */
    private String crossing(int from, int to) {
        int x1 = left(layout.column(from)) + boxWidth;
        int x2 = left(layout.column(to));
        int y1 = top(from) + BOX_HEIGHT / 2;
        int y2 = top(to) + BOX_HEIGHT / 2;
        int middle = (x1 + x2) / 2;
        return String.format(Locale.ROOT,
                "<path d=\"M%d %d C%d %d %d %d %d %d\" stroke=\"#bb5522\" stroke-width=\"1.4\" fill=\"none\"/>%n"
                        + "<path d=\"M%d %d l-7 -4 v8 z\" fill=\"#bb5522\"/>%n",
                x1, y1, middle, y1, middle, y2, x2 - 5, y2, x2, y2);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String label(GraphNode n) {
        if (n.parameter() == null) return n.index() + "  " + n.primitive().label();
        return n.index() + "  " + n.primitive().label() + "  " + n.parameter() + "  " + n.shape();
    }

    private static String colour(Primitive p) {
        return switch (p) {
            case CONV -> "#cfe3f7";
            case BIAS -> "#e8f1fa";
            case LN, BN, RMSNORM -> "#e3f3d8";
            case MSA -> "#f9d9d2";
            case POS_ENC, ROT_EMB -> "#fbeac4";
            case SUM, CONCAT, GATE -> "#e6e0f0";
            default -> "#eeeeee";
        };
    }
}
