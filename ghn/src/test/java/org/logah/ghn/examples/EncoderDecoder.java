package org.logah.ghn.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.CrossAttention;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/**
 * An encoder-decoder transformer (arXiv 1706.03762), with norms in front of each part. Source and target tokens, both
 * {@code [batch, length]} with lengths of their own, to logits {@code [batch, target length, vocabulary]} of each next target
 * token.
 *
 * <p>It shows a network of two inputs: each layer of the decoder asks the encoder's result, so keys and values come from one
 * sequence and queries from another.
 *
 * @param layers of the encoder, and of the decoder
 * @param heads attention heads; they divide the width
 * @param width channels
 * @param vocabulary tokens of both languages
 * @param positions largest length of a sequence
 */
record EncoderDecoder(int layers, int heads, int width, int vocabulary, int positions) implements Network {

    private static final double EPS = 1e-5;

    /** Tokens and places to states. */
    private record Embedded(Embedding tokens, Embedding places) {
        List<ParameterSpec> parameters() {
            List<ParameterSpec> specs = new ArrayList<>(tokens.parameters());
            specs.addAll(places.parameters());
            return specs;
        }

        Variable apply(Functions f, Parameters p, Tensor input) {
            int[] range = IntStream.range(0, input.shape().last()).toArray();
            return f.add(tokens.apply(f, p, input), places.apply(f, p, f.indices(range)));
        }
    }

    private record EncoderLayer(LayerNorm norm1, MultiHeadAttention attention, LayerNorm norm2, Mlp mlp) {
        List<ParameterSpec> parameters() {
            List<ParameterSpec> specs = new ArrayList<>(norm1.parameters());
            specs.addAll(attention.parameters());
            specs.addAll(norm2.parameters());
            specs.addAll(mlp.parameters());
            return specs;
        }

        Variable apply(Functions f, Parameters p, Variable x) {
            Variable y = f.add(x, attention.apply(f, p, norm1.apply(f, p, x)));
            return f.add(y, mlp.apply(f, p, norm2.apply(f, p, y)));
        }
    }

    private record DecoderLayer(LayerNorm norm1, MultiHeadAttention self, LayerNorm norm2, CrossAttention cross,
            LayerNorm norm3, Mlp mlp) {
        List<ParameterSpec> parameters() {
            List<ParameterSpec> specs = new ArrayList<>(norm1.parameters());
            specs.addAll(self.parameters());
            specs.addAll(norm2.parameters());
            specs.addAll(cross.parameters());
            specs.addAll(norm3.parameters());
            specs.addAll(mlp.parameters());
            return specs;
        }

        /** @param memory the encoder's result */
        Variable apply(Functions f, Parameters p, Variable x, Variable memory) {
            Variable y = f.add(x, self.apply(f, p, norm1.apply(f, p, x)));
            Variable z = f.add(y, cross.apply(f, p, norm2.apply(f, p, y), memory));
            return f.add(z, mlp.apply(f, p, norm3.apply(f, p, z)));
        }
    }

    private Embedded embedded(String name) {
        return new Embedded(new Embedding(name + ".tokens", vocabulary, width, Role.EMBEDDING),
                new Embedding(name + ".places", positions, width, Role.POSITION));
    }

    private LayerNorm norm(String name) { return new LayerNorm(name, width, EPS); }

    private MultiHeadAttention attention(String name, boolean causal) {
        return new MultiHeadAttention(Linear.of(name + ".qkv", width, 3 * width),
                Linear.of(name + ".out", width, width),
                heads, causal);
    }

    private Mlp mlp(String name) {
        return new Mlp(List.of(Linear.of(name + ".0", width, 4 * width), Linear.of(name + ".1", 4 * width, width)),
                Unary.RELU, false);
    }

    private List<EncoderLayer> encoder() {
        return IntStream.range(0, layers).mapToObj(i -> "encoder." + i)
                .map(n -> new EncoderLayer(norm(n + ".norm1"), attention(n + ".self", false), norm(n + ".norm2"),
                        mlp(n + ".mlp")))
                .toList();
    }

    private List<DecoderLayer> decoder() {
        return IntStream.range(0, layers).mapToObj(i -> "decoder." + i)
                .map(n -> new DecoderLayer(norm(n + ".norm1"), attention(n + ".self", true), norm(n + ".norm2"),
                        CrossAttention.of(n + ".cross", width, heads), norm(n + ".norm3"), mlp(n + ".mlp")))
                .toList();
    }

    private Linear head() { return Linear.withoutBias("head", width, vocabulary); }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(embedded("source").parameters());
        encoder().forEach(l -> specs.addAll(l.parameters()));
        specs.addAll(norm("encoder.norm").parameters());
        specs.addAll(embedded("target").parameters());
        decoder().forEach(l -> specs.addAll(l.parameters()));
        specs.addAll(norm("decoder.norm").parameters());
        specs.addAll(head().parameters());
        return specs;
    }

    /** @param inputs source tokens, target tokens */
    @Override
    public Variable forward(Functions f, Parameters p, List<Tensor> inputs) {
        Variable memory = embedded("source").apply(f, p, inputs.get(0));
        for (EncoderLayer layer : encoder()) memory = layer.apply(f, p, memory);
        memory = norm("encoder.norm").apply(f, p, memory);
        Variable x = embedded("target").apply(f, p, inputs.get(1));
        for (DecoderLayer layer : decoder()) x = layer.apply(f, p, x, memory);
        return head().apply(f, p, norm("decoder.norm").apply(f, p, x));
    }

    @Override
    public List<Tensor> exampleInputs(Device device) {
        return List.of(device.ofInts(Shape.of(1, 1), 0), device.ofInts(Shape.of(1, 1), 0));
    }

    @Override
    public String describe() {
        return "encoder-decoder:layers=%d,heads=%d,width=%d,vocabulary=%d,positions=%d".formatted(layers, heads, width,
                vocabulary, positions);
    }
}
