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
    private static final int BOX_WIDTH = 300;
    private static final int BOX_HEIGHT = 24;
    private static final int LEFT = 150;
    private static final int TOP = 60;

    private GraphDrawing() {}

    /** Nodes with primitive, parameter and shape, and edges as pairs of indices. */
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

    public static String dot(ComputationGraph graph) {
        StringBuilder s = new StringBuilder(
                "digraph model {\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n");
        for (GraphNode n : graph.nodes()) {
            s.append(String.format(Locale.ROOT, "  n%d [label=\"%s\", fillcolor=\"%s\"];%n", n.index(), label(n),
                    colour(n.primitive())));
            for (int from : graph.predecessors(n.index()))
                s.append("  n").append(from).append(" -> n").append(n.index()).append(";\n");
        }
        return s.append("}\n").toString();
    }

    /** Nodes from top to bottom in order; skip connections as arcs on the left. */
    public static String svg(ComputationGraph graph, String title) {
        int width = LEFT + BOX_WIDTH + 40;
        int height = TOP + graph.size() * ROW + 20;
        StringBuilder s = new StringBuilder();
        s.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                        + "font-family=\"sans-serif\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                width, height, width, height));
        s.append(String.format(Locale.ROOT,
                "<text x=\"20\" y=\"24\" font-size=\"13\" font-weight=\"bold\" fill=\"#222\">%d nodes, %d edges</text>%n"
                        + "<text x=\"20\" y=\"42\" font-size=\"10\" fill=\"#666\">%s</text>%n",
                graph.size(), graph.edgeCount(), title));
        List<String> boxes = new ArrayList<>();
        for (GraphNode n : graph.nodes()) {
            int y = TOP + n.index() * ROW;
            for (int from : graph.predecessors(n.index())) s.append(edge(from, n.index()));
            boxes.add(String.format(Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\" stroke=\"#333\" "
                            + "stroke-width=\"0.6\"/>%n<text x=\"%d\" y=\"%d\" font-size=\"11\" fill=\"#222\">%s</text>%n",
                    LEFT, y, BOX_WIDTH, BOX_HEIGHT,
                    colour(n.primitive()), LEFT + 8, y + 16, label(n)));
        }
        boxes.forEach(s::append);
        return s.append("</svg>\n").toString();
    }

    private static String edge(int from, int to) {
        int y1 = TOP + from * ROW + (to == from + 1 ? BOX_HEIGHT : BOX_HEIGHT / 2);
        int y2 = TOP + to * ROW + (to == from + 1 ? 0 : BOX_HEIGHT / 2);
        if (to == from + 1) {
            int x = LEFT + BOX_WIDTH / 2;
            return String.format(Locale.ROOT,
                    "<path d=\"M%d %d V%d\" stroke=\"#555\" fill=\"none\"/>%n<path d=\"M%d %d l-3 -5 h6 z\" fill=\"#555\"/>%n",
                    x,
                    y1, y2, x, y2);
        }
        int reach = Math.min(LEFT - 15, 24 + 9 * (to - from));
        return String.format(Locale.ROOT,
                "<path d=\"M%d %d C%d %d %d %d %d %d\" stroke=\"#4477aa\" stroke-opacity=\"0.7\" fill=\"none\"/>%n"
                        + "<path d=\"M%d %d l-6 -3 v6 z\" fill=\"#4477aa\"/>%n",
                LEFT, y1, LEFT - reach, y1, LEFT - reach, y2, LEFT, y2, LEFT, y2);
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
