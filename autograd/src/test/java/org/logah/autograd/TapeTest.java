package org.logah.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.logah.autograd.check.GradientCheck;
import org.logah.autograd.nn.CrossAttention;
import org.logah.autograd.nn.GruCell;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

class TapeTest {
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private Variable parameter(String name, float... values) {
        return Variable.parameter(name, device.of(Shape.of(values.length), values));
    }

    @Test
    void gradientsOfSharedInputsAddUp() {
        Variable x = parameter("x", 3, -2);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable y = f.add(x, x);
            tape.backward(f.sum(f.add(f.multiply(y, x), f.add(y, y))));
        }
        // y = 2x: d (2x^2 + 4x) = 4x + 4
        assertArrayEquals(new float[]{16, -4}, x.gradient().toFloats());
    }

    @Test
    void parametersKeepAndAddGradientsOverTapes() {
        Variable x = parameter("x", 5);
        for (int i = 1; i <= 3; i++) {
            try (Tape tape = new Tape(device)) {
                Functions f = new Functions(tape);
                tape.backward(f.sum(f.scale(x, i)));
            }
        }
        assertEquals(6, x.gradient().item());
        x.clearGradient();
        assertNull(x.gradient());
    }

    @Test
    void intermediateGradientsAreKeptOnRequest() {
        Variable x = parameter("x", 2);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable y = f.apply(Unary.SQUARE, x).keepGradient();
            Variable z = f.scale(y, 3);
            tape.backward(z);
            assertEquals(3, y.gradient().item());
            assertNull(z.gradient());
        }
    }

    /** Its gradient would end there without a word. */
    @Test
    void resultsOfAnotherTapeAreRefusedWhereAGradientWouldFlow() {
        Variable w = Variable.parameter("w", device.of(Shape.of(2), 1, 2));
        try (Tape a = new Tape(device);
                Tape b = new Tape(device);
                Tape c = Tape.inference(device)) {
            Functions onA = new Functions(a);
            Functions onB = new Functions(b);
            Variable y = onA.multiply(w, w);
            Variable loss = onA.sum(y);
            String way = "; compute it here, or take Variable.constant of its value";
            assertEquals("sumTo [] is of another tape, and no gradient flows from one to the other" + way,
                    assertThrows(IllegalArgumentException.class, () -> b.backward(loss)).getMessage());
            assertEquals("binary [2] is of another tape, and no gradient flows from one to the other" + way,
                    assertThrows(IllegalArgumentException.class, () -> onB.sum(y)).getMessage());
            assertThrows(IllegalArgumentException.class,
                    () -> onB.add(w, a.input("x", device.of(Shape.of(2), 1, 1))));
            assertEquals(5, new Functions(c).sum(y).value().item(), "where nothing is recorded, nothing is lost");
            b.backward(onB.sum(onB.multiply(w, Variable.constant(y.value()))));
            assertArrayEquals(new float[]{1, 4}, Objects.requireNonNull(w.gradient()).toFloats());
            a.backward(loss);
            assertArrayEquals(new float[]{3, 8}, Objects.requireNonNull(w.gradient()).toFloats());
        }
    }

    @Test
    void inferenceRecordsNothing() {
        try (Tape tape = Tape.inference(device)) {
            Variable y = new Functions(tape).scale(parameter("x", 1), 2);
            assertTrue(tape.nodes().isEmpty());
            assertThrows(IllegalStateException.class, () -> tape.backward(y));
        }
    }

    @Test
    void recomputedPartsHaveTheSameGradients() {
        RandomStream random = new RandomStream(4);
        Tensor x = OpCases.normal(device, random, 5, 8);
        Tensor w = OpCases.normal(device, random, 8, 8);
        float[][] kept = gradients(x, w, false);
        float[][] recomputed = gradients(x, w, true);
        for (int i = 0; i < kept.length; i++) assertArrayEquals(kept[i], recomputed[i]);
    }

    private float[][] gradients(Tensor x, Tensor w, boolean recompute) {
        Variable a = Variable.parameter("x", x);
        Variable b = Variable.parameter("w", w);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable y = recompute ? Checkpointing.apply(tape, TapeTest::part, a, b) : part(f, new Variable[]{a, b});
            tape.backward(f.sum(f.multiply(y, f.scale(y, 0.5))));
            return new float[][]{y.value().toFloats(), a.gradient().toFloats(), b.gradient().toFloats()};
        }
    }

    private static Variable part(Functions f, Variable[] in) {
        Variable h = f.apply(Unary.GELU_ERF, f.linear(in[0], in[1], null));
        return f.add(in[0], f.linear(h, in[1], null));
    }

    @Test
    void recomputingTakesLessMemory() {
        Tensor x = OpCases.normal(device, new RandomStream(1), 256, 64);
        Tensor w = OpCases.normal(device, new RandomStream(2), 64, 64);
        assertTrue(peak(x, w, true) < 0.7 * peak(x, w, false));
    }

    private long peak(Tensor x, Tensor w, boolean recompute) {
        device.pool().resetPeak();
        Variable b = Variable.parameter("w", w);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable h = Variable.parameter("x", x);
            for (int i = 0; i < 12; i++)
                h = recompute ? Checkpointing.apply(tape, TapeTest::part, h, b) : part(f, new Variable[]{h, b});
            tape.backward(f.sum(h));
        }
        return device.pool().report().peak();
    }

    @Test
    void layersHaveRightGradients() {
        try (CpuDevice plain = new CpuDevice(1, KernelChoice.PLAIN)) {
            int d = 8;
            Mlp mlp = new Mlp(List.of(Linear.of("a", d, 3), Linear.inOut("b", 3, d)), Unary.TANH, true);
            MultiHeadAttention attention = new MultiHeadAttention(Linear.withoutBias("qkv", d, 3 * d),
                    Linear.of("out", d, d), 2, true);
            check(plain, mlp.parameters(), (f, p, x) -> mlp.apply(f, p, x), 2, 5, d);
            check(plain, attention.parameters(), attention::apply, 2, 5, d);
            // A bias of keys moves all scores of a query alike: its gradient is zero, and what is left of it rounding.
            CrossAttention cross = new CrossAttention(Linear.of("q", d, d), Linear.withoutBias("k", d, d),
                    Linear.of("v", d, d), Linear.of("o", d, d), 2);
            check(plain, cross.parameters(), (f, p, x) -> cross.apply(f, p, x, f.slice(f.scale(x, 0.5), 1, 0, 3)), 2, 5,
                    d);
            LayerNorm norm = new LayerNorm("n", d, 1e-2);
            check(plain, norm.parameters(), norm::apply, 3, d);
            GruCell gru = new GruCell("g", d, d);
            check(plain, gru.parameters(), (f, p, x) -> gru.apply(f, p, x, f.scale(x, 0.5)), 4, d);
        }
    }

    private interface Layered { Variable apply(Functions f, Parameters p, Variable x); }

    private static void check(CpuDevice plain, List<ParameterSpec> specs, Layered layer, int... shape) {
        RandomStream random = new RandomStream(11);
        Tensor[] inputs = new Tensor[specs.size() + 1];
        inputs[0] = OpCases.normal(plain, random, shape);
        for (int i = 0; i < specs.size(); i++)
            inputs[i + 1] = OpCases.normal(plain, random, specs.get(i).shape().toArray());
        double error = new GradientCheck(plain, (f, in) -> {
            Parameters p = new Parameters();
            for (int i = 0; i < specs.size(); i++) p.put(specs.get(i).name(), in[i + 1]);
            return layer.apply(f, p, in[0]);
        }).largestError(random, inputs);
        assertTrue(error < 2e-3, specs.get(0).name() + " is off by " + error);
    }

    @Test
    void tenThousandStepsAllocateNothingAfterTheFirst() {
        RandomStream random = new RandomStream(8);
        Parameters p = Parameters.trainable(
                Map.of("w", OpCases.normal(device, random, 16, 16), "b", OpCases.normal(device, random, 16)));
        AdamW adam = new AdamW(p, AdamW.Config.DEFAULT);
        Tensor x = OpCases.normal(device, random, 8, 16);
        Tensor targets = OpCases.indices(device, random, 16, 8);
        long allocations = 0;
        long reserved = 0;
        for (int step = 0; step < 10_000; step++) {
            p.clearGradients();
            try (Tape tape = new Tape(device)) {
                Functions f = new Functions(tape);
                Variable h = f.apply(Unary.GELU_TANH, f.linear(Variable.constant(x), p.get("w"), p.get("b")));
                tape.backward(f.crossEntropy(h, targets, 0.1));
            }
            adam.step(1e-3, GradientClip.scale(GradientClip.norm(p), 1));
            if (step == 2) {
                allocations = device.pool().report().allocations();
                reserved = device.pool().report().reserved();
            }
        }
        assertTrue(allocations > 0);
        assertEquals(allocations, device.pool().report().allocations());
        assertEquals(reserved, device.pool().report().reserved());
        assertEquals(0, device.pool().report().inUse());
    }

    @Test
    void aTapeGivesBackAllMemory() {
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Tensor big = tape.scope().allocate(Shape.of(1000), DType.F32);
            device.kernels().fill(big, 1f);
            tape.backward(f.sum(f.scale(tape.input("x", big), 2)));
        }
        assertEquals(0, device.pool().report().inUse());
    }

    /** Shapes that share memory through reshapes, a value used twice, and a parameter used twice. */
    private static Variable network(Functions f, Variable w, Variable table, Tensor indices) {
        Variable x = f.embedding(table, indices);
        Variable h = f.reshape(f.relu(f.matmul(x, w)), Shape.of(2, 6, 4));
        Variable y = f.add(f.reshape(h, Shape.of(12, 4)), x);
        Variable again = f.matmul(f.apply(Unary.TANH, y), false, table, true);
        return f.mean(f.multiply(f.softmax(again), f.matmul(y, false, table, true)));
    }

    @Test
    void aFreeingTapeGivesTheSameGradientsInLessMemory() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            float[][] kept = gradients(device, new Tape(device));
            long most = device.pool().report().peak();
            device.pool().resetPeak();
            float[][] freed = gradients(device, Tape.freeing(device));
            for (int i = 0; i < kept.length; i++) assertArrayEquals(kept[i], freed[i]);
            assertTrue(device.pool().report().peak() < most, "peak " + device.pool().report().peak() + " of " + most);
            assertEquals(0, device.pool().report().inUse());
        }
    }

    private static float[][] gradients(CpuDevice device, Tape tape) {
        RandomStream random = new RandomStream(5);
        Variable w = Variable.parameter("w", device.allocate(Shape.of(4, 4), DType.F32));
        Variable table = Variable.parameter("table", device.allocate(Shape.of(9, 4), DType.F32));
        random.fillNormal(w.value(), 0, 1);
        random.fillNormal(table.value(), 0, 1);
        float loss;
        try (tape) {
            Functions f = new Functions(tape);
            Variable y = network(f, w, table, f.indices(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2));
            tape.backward(y);
            loss = y.value().item();
        }
        return new float[][]{w.gradient().toFloats(), table.gradient().toFloats(), {loss}};
    }

    /** Only a product that nobody has read yet may be written over. */
    @Test
    void onlyTheProductJustComputedIsOverwritten() {
        Tensor w = OpCases.normal(device, new RandomStream(1), 4, 4);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable x = tape.input("x", OpCases.normal(device, new RandomStream(2), 4, 4));
            Variable product = f.matmul(x, Variable.constant(w));
            Variable other = f.relu(product);
            assertThrows(IllegalArgumentException.class, () -> f.addOnto(product, x));
            assertThrows(IllegalArgumentException.class, () -> f.addOnto(other, x));
            assertThrows(IllegalArgumentException.class, () -> f.addOnto(Variable.parameter("w", w), x));
            Variable fresh = f.matmul(other, Variable.constant(w));
            assertThrows(TensorException.class, () -> f.addOnto(fresh, tape.input("y", device.zeros(Shape.of(4)))));
            float[] expected = f.add(fresh, x).value().toFloats();
            Variable again = f.matmul(other, Variable.constant(w));
            Variable sum = f.addOnto(again, x);
            assertEquals(again.value().storage(), sum.value().storage());
            assertArrayEquals(expected, sum.value().toFloats());
        }
    }

    /** Of frozen layers, which are not recorded; and a caller's own tensor never, on a tape without gradients neither. */
    @Test
    void productsOfConstantsAreOverwrittenConstantsAreNot() {
        Tensor w = OpCases.normal(device, new RandomStream(1), 4, 4);
        Tensor x = OpCases.normal(device, new RandomStream(2), 4, 4);
        for (Tape tape : new Tape[]{new Tape(device), Tape.inference(device)}) {
            try (tape) {
                Functions f = new Functions(tape);
                Variable constant = Variable.constant(x);
                float[] expected = f.add(f.matmul(constant, Variable.constant(w)), constant).value().toFloats();
                assertArrayEquals(expected,
                        f.addOnto(f.matmul(constant, Variable.constant(w)), constant).value().toFloats());
                float[] before = x.toFloats();
                assertThrows(IllegalArgumentException.class, () -> f.addOnto(constant, Variable.constant(w)));
                Variable product = f.matmul(constant, Variable.constant(w));
                Variable scaled = f.scale(product, 2);
                assertThrows(IllegalArgumentException.class, () -> f.addOnto(product, constant));
                assertThrows(IllegalArgumentException.class, () -> f.addOnto(scaled, constant));
                assertArrayEquals(before, x.toFloats());
            }
        }
    }

    /** A view holds its input's memory for the backward pass; without one, closing lets it go. */
    @Test
    void aStepThatEndsBeforeItsBackwardPassHoldsNothing() {
        Variable w = Variable.parameter("w", OpCases.normal(device, new RandomStream(1), 4, 4));
        try (Tape tape = Tape.freeing(device)) {
            Functions f = new Functions(tape);
            f.reshape(f.reshape(w, Shape.of(16)), Shape.of(2, 8));
            assertFalse(w.value().storage().unshared());
        }
        assertTrue(w.value().storage().unshared());
        assertEquals(16, w.value().toFloats().length);
    }
}
