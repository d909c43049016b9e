package org.logah.ghn.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Op;
import org.logah.autograd.Ops.Nothing;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Device;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;

/**
 * A network that a seed makes up from a grammar of operations on values {@code [1, 4, 8]}: each step takes values that are there
 * and makes one more. Some have parameters that the output does not depend on, and some operations that no tracer can read:
 * the parameters of those have names that begin with {@value #UNREADABLE}.
 */
final class RandomNetwork implements Network {
    static final String UNREADABLE = "unreadable";
    private static final int KINDS = 25;
    private static final Op<Nothing> OWN = new Op<>("own", new Op.Definition("x", "shape of x", "y = x", "dx = dy"),
            (_, in) -> new Shape[]{in[0]}, (_, _, _, _) -> {}, _ -> {});
    private final long seed;
    private final int inputs;
    private final Map<String, ParameterSpec> specs = new LinkedHashMap<>();

    RandomNetwork(long seed) {
        this.seed = seed;
        inputs = 1 + new RandomStream(seed).split("inputs").nextInt(2);
        MetaDevice meta = new MetaDevice();
        try (Tape tape = Tape.inference(meta)) {
            new Run(new Functions(tape), null, exampleInputs(meta)).output();
        }
    }

    @Override
    public List<ParameterSpec> parameters() { return List.copyOf(specs.values()); }

    @Override
    public Variable forward(Functions f, Parameters p, List<Tensor> in) { return new Run(f, p, in).output(); }

    @Override
    public List<Tensor> exampleInputs(Device device) {
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < inputs; i++)
            in.add(i == 1 ? device.ofInts(Shape.of(1, 4), 0, 1, 2, 3) : device.zeros(Shape.of(1, 4, 8)));
        return in;
    }

    @Override
    public String describe() { return "random network, seed " + seed; }

    /** One pass; the first declares the parameters. */
    private final class Run {
        private final Functions f;
        private final @Nullable Parameters p;
        private final List<Tensor> in;
        private final RandomStream random = new RandomStream(seed).split("steps");
        private final List<Variable> values = new ArrayList<>();
        private final List<Variable> unread = new ArrayList<>();
        private int names;

        Run(Functions f, @Nullable Parameters p, List<Tensor> in) {
            this.f = f;
            this.p = p;
            this.in = in;
        }

        Variable output() {
            add(Variable.constant(in.get(0)));
            if (in.size() > 1) add(f.embedding(table("words", Role.EMBEDDING, 9, 8), in.get(1)));
            int steps = 4 + random.nextInt(20);
            for (int i = 0; i < steps; i++) add(step(random.nextInt(KINDS)));
            // One in five leaves loose ends behind.
            if (random.nextInt(5) == 0) return values.getLast();
            List<Variable> ends = new ArrayList<>(unread);
            return ends.stream().reduce(this::join).orElseThrow();
        }

        private Variable join(Variable a, Variable b) {
            return switch (random.nextInt(3)) {
                case 0 -> f.add(a, b);
                case 1 -> f.linear(f.concat(2, List.of(a, b)), weight(8, 16), null);
                default -> f.crossAttention(a, b, b, null, 2, false);
            };
        }

        private void add(Variable v) {
            values.add(v);
            unread.add(v);
        }

        private Variable any() {
            Variable v = values.get(values.size() - 1 - Math.min(random.nextInt(values.size()), random.nextInt(6)));
            unread.remove(v);
            return v;
        }

        private Variable parameter(String kind, Role role, int... dims) {
            String name = kind + "." + names++;
            if (p != null) return p.get(name);
            specs.put(name, new ParameterSpec(name, Shape.of(dims), role));
            return Variable.parameter(name, f.tape().device().zeros(Shape.of(dims)));
        }

        private Variable weight(int... dims) { return parameter("w", Role.WEIGHT, dims); }

        private Variable table(String kind, Role role, int... dims) { return parameter(kind, role, dims); }

        private Variable vector() {
            int[][] shapes = {{8}, {1, 1, 8}, {1}, {}};
            return parameter("v", Role.BIAS, shapes[random.nextInt(4)]);
        }

        private Variable flat(Variable x) { return f.reshape(x, Shape.of(4, 8)); }

        private Variable whole(Variable x) { return f.reshape(x, Shape.of(1, 4, 8)); }

        private Variable step(int kind) {
            return switch (kind) {
                case 0 -> f.linear(any(), weight(8, 8), parameter("b", Role.BIAS, 8));
                case 1 -> f.linearInOut(any(), weight(8, 8), null);
                case 2 -> f.linear(any(), f.reshape(f.permute(weight(2, 8, 4), 1, 0, 2), Shape.of(8, 8)), null);
                case 3 -> f.linear(any(), f.slice(f.scale(weight(12, 8), 2), 0, 3, 8), f.slice(weight(12), 0, 0, 8));
                case 4 -> f.layerNorm(any(), parameter("g", Role.NORM_WEIGHT, 8), parameter("b", Role.NORM_BIAS, 8), 1);
                case 5 -> f.rmsNorm(any(), parameter("g", Role.NORM_WEIGHT, 8), 1);
                case 6 -> f.apply(Unary.GELU_ERF, f.affine(any(), 2, 1));
                case 7 -> f.permute(f.permute(any(), 0, 2, 1), 0, 2, 1);
                case 8 -> f.add(any(), any());
                case 9 -> f.multiply(any(), any());
                case 10 -> random.nextInt(2) == 0 ? f.multiply(any(), vector()) : f.divide(any(), f.relu(vector()));
                case 11 -> random.nextInt(2) == 0 ? f.add(any(), vector()) : f.subtract(vector(), any());
                case 12 -> f.add(any(), table("t", Role.POSITION, 4, 8));
                case 13 ->
                    f.attention(f.linear(any(), weight(24, 8), null), table("t", Role.POSITION, 2, 4, 4), 2, true);
                case 14 -> f.crossAttention(any(), any(), any(), null, 2, false);
                case 15 ->
                    f.attention(f.concat(2, List.of(any(), f.rotary(any(), f.rotaryTables(0, 4, 4, 100)), any())),
                            null, 2, true);
                case 16 -> f.linear(f.concat(2, List.of(any(), any())), weight(8, 16), null);
                case 17 -> f.matmul(f.softmax(f.scale(f.matmul(any(), false, any(), true), 0.3)), any());
                case 18 -> whole(f.embedding(table("t", Role.EMBEDDING, 9, 8), f.indices(1, 2, 3, 4)));
                case 19 -> whole(f.matmul(weight(4, 4), flat(any())));
                case 20 -> f.relu(Variable.constant(any().value()));
                case 21 -> f.add(any(), f.scale(f.sumTo(any(), Shape.of(1, 1, 8)), 0.25));
                case 22 -> {
                    Variable x = flat(any());
                    yield whole(f.gruCell(x, flat(any()), weight(24, 8), weight(24, 8), weight(24), weight(24)));
                }
                case 23 -> f.slice(f.concat(1, List.of(token(), table("t", Role.EMBEDDING, 1, 2, 8), any())), 1, 3, 4);
                default -> random.nextInt(6) == 0 ? unreadable() : f.relu(any());
            };
        }

        private Variable token() { return f.add(f.zeros(Shape.of(1, 1, 8)), parameter("token", Role.TOKEN, 1, 1, 8)); }

        private Variable unreadable() {
            return switch (random.nextInt(4)) {
                case 0 -> f.multiply(any(), parameter(UNREADABLE, Role.POSITION, 4, 8));
                case 1 -> f.linear(any(), f.concat(0, Collections.nCopies(2, 0).stream()
                        .map(_ -> parameter(UNREADABLE, Role.WEIGHT, 4, 8)).toList()), null);
                case 2 -> f.linear(any(), f.matmul(parameter(UNREADABLE, Role.WEIGHT, 8, 2),
                        parameter(UNREADABLE, Role.WEIGHT, 2, 8)), null);
                default -> f.tape().apply(OWN, Nothing.NOTHING, any(), parameter(UNREADABLE, Role.WEIGHT, 8));
            };
        }
    }
}
