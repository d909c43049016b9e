package org.logah.ghn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

import org.jgrapht.traverse.BreadthFirstIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphDrawing;
import org.logah.ghn.graph.GraphTracer;
import org.logah.ghn.graph.SmallNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;

/** The graphs of the three examples, node by node, and the pictures of graphs that the documentation shows. */
class ExampleGraphsTest {
    private static String lines(ComputationGraph graph) { return SmallNetwork.lines(graph); }

    @Test
    void aMixerIsItsMapsInARow() { assertEquals("""
            0 input
            1 conv stem.weight <- 0
            2 bias stem.bias <- 1
            3 ln blocks.0.norm1.weight and blocks.0.norm1.bias <- 2
            4 conv blocks.0.tokens.0.weight <- 3
            5 bias blocks.0.tokens.0.bias <- 4
            6 conv blocks.0.tokens.1.weight <- 5
            7 bias blocks.0.tokens.1.bias <- 6
            8 sum <- 2 7
            9 ln blocks.0.norm2.weight and blocks.0.norm2.bias <- 8
            10 conv blocks.0.channels.0.weight <- 9
            11 bias blocks.0.channels.0.bias <- 10
            12 conv blocks.0.channels.1.weight <- 11
            13 bias blocks.0.channels.1.bias <- 12
            14 sum <- 8 13
            15 ln norm.weight and norm.bias <- 14
            16 glob_avg <- 15
            17 conv head.weight <- 16
            18 bias head.bias <- 17
            """, lines(GraphTracer.trace(new MlpMixer(1, 16, 16, 4, 10)))); }

    @Test
    void aScaledLayersFactorsStandBehindItsMaps() { assertEquals("""
            0 input
            1 conv patch_embed.weight <- 0
            2 bias patch_embed.bias <- 1
            3 pos_enc pos_embed
            4 sum <- 2 3
            5 ln blocks.0.norm1.weight and blocks.0.norm1.bias <- 4
            6 conv blocks.0.attn.qkv.weight <- 5
            7 bias blocks.0.attn.qkv.bias <- 6
            8 msa <- 7
            9 conv blocks.0.attn.proj.weight <- 8
            10 bias blocks.0.attn.proj.bias <- 9
            11 bn blocks.0.ls1.gamma <- 10
            12 sum <- 4 11
            13 ln blocks.0.norm2.weight and blocks.0.norm2.bias <- 12
            14 conv blocks.0.mlp.fc1.weight <- 13
            15 bias blocks.0.mlp.fc1.bias <- 14
            16 conv blocks.0.mlp.fc2.weight <- 15
            17 bias blocks.0.mlp.fc2.bias <- 16
            18 bn blocks.0.ls2.gamma <- 17
            19 sum <- 12 18
            20 ln norm.weight and norm.bias <- 19
            21 conv head.weight <- 20
            22 bias head.bias <- 21
            """, lines(GraphTracer.trace(new LayerScaleVit(1, 2, 16, 9, 12, 10)))); }

    /** The cross-attention (36) takes queries from the decoder (31), keys and values (33, 35) from the encoder's result (18). */
    @Test
    void anEncoderReachesTheDecoderThroughKeysAndValues() { assertEquals("""
            0 input
            1 input
            2 pos_enc source.tokens.weight <- 0
            3 pos_enc source.places.weight
            4 sum <- 2 3
            5 ln encoder.0.norm1.weight and encoder.0.norm1.bias <- 4
            6 conv encoder.0.self.qkv.weight <- 5
            7 bias encoder.0.self.qkv.bias <- 6
            8 msa <- 7
            9 conv encoder.0.self.out.weight <- 8
            10 bias encoder.0.self.out.bias <- 9
            11 sum <- 4 10
            12 ln encoder.0.norm2.weight and encoder.0.norm2.bias <- 11
            13 conv encoder.0.mlp.0.weight <- 12
            14 bias encoder.0.mlp.0.bias <- 13
            15 conv encoder.0.mlp.1.weight <- 14
            16 bias encoder.0.mlp.1.bias <- 15
            17 sum <- 11 16
            18 ln encoder.norm.weight and encoder.norm.bias <- 17
            19 pos_enc target.tokens.weight <- 1
            20 pos_enc target.places.weight
            21 sum <- 19 20
            22 ln decoder.0.norm1.weight and decoder.0.norm1.bias <- 21
            23 conv decoder.0.self.qkv.weight <- 22
            24 bias decoder.0.self.qkv.bias <- 23
            25 msa <- 24
            26 conv decoder.0.self.out.weight <- 25
            27 bias decoder.0.self.out.bias <- 26
            28 sum <- 21 27
            29 ln decoder.0.norm2.weight and decoder.0.norm2.bias <- 28
            30 conv decoder.0.cross.q_proj.weight <- 29
            31 bias decoder.0.cross.q_proj.bias <- 30
            32 conv decoder.0.cross.k_proj.weight <- 18
            33 bias decoder.0.cross.k_proj.bias <- 32
            34 conv decoder.0.cross.v_proj.weight <- 18
            35 bias decoder.0.cross.v_proj.bias <- 34
            36 msa <- 31 33 35
            37 conv decoder.0.cross.out_proj.weight <- 36
            38 bias decoder.0.cross.out_proj.bias <- 37
            39 sum <- 28 38
            40 ln decoder.0.norm3.weight and decoder.0.norm3.bias <- 39
            41 conv decoder.0.mlp.0.weight <- 40
            42 bias decoder.0.mlp.0.bias <- 41
            43 conv decoder.0.mlp.1.weight <- 42
            44 bias decoder.0.mlp.1.bias <- 43
            45 sum <- 39 44
            46 ln decoder.norm.weight and decoder.norm.bias <- 45
            47 conv head.weight <- 46
            """, lines(GraphTracer.trace(new EncoderDecoder(1, 2, 16, 50, 8)))); }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void sizesFollowTheClosedForms(int layers) {
        ComputationGraph mixer = GraphTracer.trace(new MlpMixer(layers, 16, 16, 4, 10));
        assertEquals(7 + 12 * layers, mixer.size());
        assertEquals(6 + 14 * layers, mixer.edgeCount());
        ComputationGraph vit = GraphTracer.trace(new LayerScaleVit(layers, 2, 16, 9, 12, 10));
        assertEquals(8 + 15 * layers, vit.size());
        assertEquals(7 + 17 * layers, vit.edgeCount());
        ComputationGraph both = GraphTracer.trace(new EncoderDecoder(layers, 2, 16, 50, 8));
        assertEquals(11 + 37 * layers, both.size());
        assertEquals(9 + 44 * layers, both.edgeCount());
        assertEquals(3 * layers, both.depth());
        assertEquals(20 * layers - 8, ofBothInputs(both));
    }

    /** How many nodes both inputs have a way to: from the first cross-attention on all but keys and values. */
    private static int ofBothInputs(ComputationGraph graph) {
        Set<Integer> first = new HashSet<>();
        Set<Integer> second = new HashSet<>();
        new BreadthFirstIterator<>(graph.structure(), 0).forEachRemaining(first::add);
        new BreadthFirstIterator<>(graph.structure(), 1).forEachRemaining(second::add);
        first.retainAll(second);
        return first.size();
    }

    @Test
    void theDocumentationShowsWhatIsDrawn() throws IOException {
        EncoderDecoder network = new EncoderDecoder(1, 4, 64, 256, 32);
        check("graph-encoder-decoder.svg", GraphDrawing.svg(GraphTracer.trace(network), network.describe()));
        Gpt2 gpt = new Gpt2(Gpt2Config.of(1, 4, 96, 256, 64, false));
        check("graph.svg", GraphDrawing.svg(GraphTracer.trace(gpt), gpt.describe()));
    }

    private static void check(String name, String drawn) throws IOException {
        Path file = Path.of("..", "docs", "images", name);
        if (Boolean.getBoolean("logah.write")) Files.writeString(file, drawn);
        assertTrue(Files.exists(file) && drawn.equals(Files.readString(file)), file
                + " is not what is drawn: mvn -pl ghn -am test -Dtest=ExampleGraphsTest -Dlogah.write=true "
                + "-Dsurefire.failIfNoSpecifiedTests=false draws it again; look at it before it is committed");
    }
}
