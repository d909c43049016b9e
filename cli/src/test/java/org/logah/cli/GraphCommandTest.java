package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Where an untied head hangs in the graphs that are written: behind the final norm, or on the input as in the reference. */
class GraphCommandTest extends CommandLineTest {
    private static final String GPT = "gpt2:layers=2,heads=2,width=32,vocabulary=256,positions=32,tied=";

    @ParameterizedTest
    @CsvSource({"transformer.ln_f.weight, ''", "input, --reference"})
    void anUntiedHeadHangsWhereItIsSaidTo(String expected, String option) throws IOException {
        JsonObject graph = graph("false", option);
        int head = node(graph, "lm_head.weight");
        assertEquals(Set.of(node(graph, expected)), neighbours(graph, head, 1));
        assertEquals(Set.of(), neighbours(graph, head, 0), "what follows the head");
    }

    /** Without the head, the graph is the same with and without the option. */
    @Test
    void nothingButTheHeadMoves() throws IOException {
        assertEquals(withoutHead(graph("false", "")), withoutHead(graph("false", "--reference")));
        assertEquals(graph("true", ""), graph("true", "--reference"), "a tied head is no node");
    }

    private JsonObject graph(String tied, String option) throws IOException {
        String[] args = {"graph", "--model", GPT + tied, "--out", "@/g.json"};
        works(option.isEmpty() ? args : with(args, option));
        return JsonParser.parseString(Files.readString(folder.resolve("g.json"))).getAsJsonObject();
    }

    /** The node of a parameter, or else of a primitive. */
    private static int node(JsonObject graph, String name) {
        JsonArray nodes = graph.getAsJsonArray("nodes");
        for (int i = 0; i < nodes.size(); i++) {
            JsonObject n = nodes.get(i).getAsJsonObject();
            JsonElement parameter = n.has("param") ? n.get("param") : JsonNull.INSTANCE;
            String found = parameter.isJsonNull() ? n.get("op").getAsString() : parameter.getAsString();
            if (found.equals(name)) return i;
        }
        throw new AssertionError("no node " + name + " in " + nodes);
    }

    /** What edges join to a node that is their first end (0) or second (1). */
    private static Set<Integer> neighbours(JsonObject graph, int node, int end) {
        Set<Integer> found = new TreeSet<>();
        for (JsonElement e : graph.getAsJsonArray("edges")) {
            JsonArray edge = e.getAsJsonArray();
            if (edge.get(end).getAsInt() == node) found.add(edge.get(1 - end).getAsInt());
        }
        return found;
    }

    /** All other nodes, and the edges between them by the places that they then have. */
    private static List<Object> withoutHead(JsonObject graph) {
        int head = node(graph, "lm_head.weight");
        JsonArray nodes = graph.getAsJsonArray("nodes").deepCopy();
        nodes.remove(head);
        Set<List<Integer>> edges = new HashSet<>();
        for (JsonElement e : graph.getAsJsonArray("edges")) {
            int from = e.getAsJsonArray().get(0).getAsInt();
            int to = e.getAsJsonArray().get(1).getAsInt();
            if (from != head && to != head) edges.add(List.of(from - (from > head ? 1 : 0), to - (to > head ? 1 : 0)));
        }
        assertTrue(edges.size() >= nodes.size() - 1, edges.toString());
        return List.of(nodes, edges);
    }
}
