package org.logah.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.check.GradientCheck;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;

/** Llama against its formulas, written out in double, one number at a time. */
class LlamaTest {
    private final Device device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    @ParameterizedTest
    @CsvSource({"4, 4", "4, 2", "4, 1", "1, 1"})
    void logitsFollowTheFormulas(int heads, int keyValueHeads) {
        LlamaConfig c = new LlamaConfig(2, heads, keyValueHeads, 24, 40, 17, 12, 100, false);
        Llama llama = new Llama(c);
        Parameters p = llama.initialized(device, Initialization.XAVIER, new RandomStream(11));
        p.names().stream().filter(n -> n.contains("norm"))
                .forEach(n -> new RandomStream(12).split(n).fillUniform(p.get(n).value(), 0.5, 2));
        int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6, 16};
        double[][] expected = new Formulas(c, p).logits(tokens);
        try (Tape tape = Tape.inference(device)) {
            Tensor input = device.ofInts(Shape.of(1, tokens.length), tokens);
            float[] found = llama.forward(new Functions(tape), p, input).value().toFloats();
            for (int t = 0; t < tokens.length; t++) {
                for (int v = 0; v < c.vocabulary(); v++) {
                    assertEquals(expected[t][v], found[t * c.vocabulary() + v], 2e-5, "token " + t + ", logit " + v);
                }
            }
        }
    }

    private record Formulas(LlamaConfig c, Parameters p) {
        double[][] logits(int[] tokens) {
            int n = tokens.length;
            double[][] x = new double[n][];
            for (int t = 0; t < n; t++) x[t] = row("model.embed_tokens.weight", tokens[t]);
            for (int layer = 0; layer < c.layers(); layer++) {
                String name = "model.layers." + layer + ".";
                double[][] q = new double[n][];
                double[][] k = new double[n][];
                double[][] v = new double[n][];
                for (int t = 0; t < n; t++) {
                    double[] in = norm(name + "input_layernorm.weight", x[t]);
                    q[t] = turned(map(name + "self_attn.q_proj.weight", in), t);
                    k[t] = turned(map(name + "self_attn.k_proj.weight", in), t);
                    v[t] = map(name + "self_attn.v_proj.weight", in);
                }
                for (int t = 0; t < n; t++) {
                    x[t] = sum(x[t], map(name + "self_attn.o_proj.weight", attended(q[t], k, v, t)));
                    double[] in = norm(name + "post_attention_layernorm.weight", x[t]);
                    double[] gate = map(name + "mlp.gate_proj.weight", in);
                    double[] up = map(name + "mlp.up_proj.weight", in);
                    for (int i = 0; i < up.length; i++) up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
                    x[t] = sum(x[t], map(name + "mlp.down_proj.weight", up));
                }
            }
            double[][] out = new double[n][];
            for (int t = 0; t < n; t++) out[t] = map("lm_head.weight", norm("model.norm.weight", x[t]));
            return out;
        }

        private double[] attended(double[] q, double[][] k, double[][] v, int t) {
            int size = c.headSize();
            double[] out = new double[c.width()];
            for (int h = 0; h < c.heads(); h++) {
                int shared = h / (c.heads() / c.keyValueHeads());
                double[] weight = new double[t + 1];
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    double dot = 0;
                    for (int i = 0; i < size; i++) dot += q[h * size + i] * k[s][shared * size + i];
                    weight[s] = Math.exp(dot / Math.sqrt(size));
                    total += weight[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++)
                        out[h * size + i] += weight[s] / total * v[s][shared * size + i];
                }
            }
            return out;
        }

        /** Entries i and i + size/2 of a head are a point in the plane, turned by place / base^(2i/size). */
        private double[] turned(double[] x, int place) {
            int size = c.headSize();
            double[] out = new double[x.length];
            for (int h = 0; h < x.length; h += size) {
                for (int i = 0; i < size / 2; i++) {
                    double angle = place / Math.pow(c.rotaryBase(), 2.0 * i / size);
                    double a = x[h + i];
                    double b = x[h + i + size / 2];
                    out[h + i] = a * Math.cos(angle) - b * Math.sin(angle);
                    out[h + i + size / 2] = b * Math.cos(angle) + a * Math.sin(angle);
                }
            }
            return out;
        }

        private double[] norm(String weight, double[] x) {
            double squares = 0;
            for (double v : x) squares += v * v;
            double[] out = new double[x.length];
            float[] w = p.get(weight).value().toFloats();
            for (int i = 0; i < x.length; i++) out[i] = w[i] * x[i] / Math.sqrt(squares / x.length + 1e-5);
            return out;
        }

        private double[] map(String weight, double[] x) {
            double[] out = new double[p.get(weight).shape().dim(0)];
            for (int o = 0; o < out.length; o++) {
                double[] w = row(weight, o);
                for (int i = 0; i < x.length; i++) out[o] += w[i] * x[i];
            }
            return out;
        }

        private double[] row(String name, int index) {
            float[] values = p.get(name).value().slice(index, 1).toFloats();
            double[] out = new double[values.length];
            for (int i = 0; i < out.length; i++) out[i] = values[i];
            return out;
        }

        private static double[] sum(double[] a, double[] b) {
            double[] out = a.clone();
            for (int i = 0; i < out.length; i++) out[i] += b[i];
            return out;
        }
    }

    /** Gradients of all parameters together; each operation has its own check elsewhere. */
    @Test
    void gradientsAgreeWithDifferences() {
        try (Device plain = new CpuDevice(1, KernelChoice.PLAIN)) {
            Llama llama = new Llama(new LlamaConfig(1, 4, 2, 8, 12, 9, 6, 100, false));
            Parameters start = llama.initialized(plain, Initialization.XAVIER, new RandomStream(21));
            // A norm of the usual tiny embeddings is far from linear within the differences' steps.
            new RandomStream(23).fillNormal(start.get("model.embed_tokens.weight").value(), 0, 1);
            List<String> names = List.copyOf(start.names());
            Tensor[] inputs = names.stream().map(n -> start.get(n).value()).toArray(Tensor[]::new);
            Tensor tokens = plain.ofInts(Shape.of(1, 5), 1, 8, 2, 2, 7);
            double error = new GradientCheck(plain, (f, in) -> {
                Parameters p = new Parameters();
                for (int i = 0; i < in.length; i++) p.put(names.get(i), in[i]);
                return llama.forward(f, p, tokens);
            }).largestError(new RandomStream(22), inputs);
            assertEquals(0, error, 1e-3);
        }
    }

    @Test
    void sequencesLongerThanThePositionsAreRefused() {
        Llama llama = new Llama(new LlamaConfig(1, 2, 1, 8, 16, 10, 3, 100, true));
        Parameters p = llama.initialized(device, Initialization.RANDOM, new RandomStream(1));
        try (Tape tape = Tape.inference(device)) {
            Tensor four = device.ofInts(Shape.of(1, 4), 1, 2, 3, 4);
            String message = assertThrows(TensorException.class, () -> llama.forward(new Functions(tape), p, four))
                    .getMessage();
            assertTrue(message.contains("4 tokens, the model has 3 positions"), message);
        }
    }
}
