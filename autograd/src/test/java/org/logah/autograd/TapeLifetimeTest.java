package org.logah.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.MetaDevice;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/** What a tape owns can be used while it is open, and nothing of it afterwards; each error says what to do. */
class TapeLifetimeTest {
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(IllegalStateException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
    }

    private Variable parameter(float... values) {
        return Variable.parameter("x", device.of(Shape.of(values.length), values));
    }

    @Test
    void resultsOfAClosedTapeCannotBeUsed() {
        Variable y;
        Variable view;
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            y = f.scale(parameter(1, 2, 3, 4), 3);
            view = f.reshape(y, Shape.of(2, 2));
            assertArrayEquals(new float[]{3, 6, 9, 12}, view.value().toFloats());
        }
        for (Variable v : List.of(y, view)) {
            String gone = "it went back when Tape.inference was closed; copy what is needed longer before that"
                    + " (Tensor.copyTo, Parameters.copyTo)";
            assertMessage(gone, () -> v.value().toFloats());
            assertMessage(gone, () -> v.value().slice(0, 1));
            try (Tape tape = new Tape(device)) {
                Functions f = new Functions(tape);
                assertMessage(gone, () -> f.scale(v, 2));
                assertMessage(gone, () -> f.reshape(v, Shape.of(4, 1)));
                assertMessage(gone, () -> tape.input("again", v.value()));
                assertMessage(gone, () -> f.add(parameter(1), v));
            }
        }
        assertTrue(y.toString().startsWith("affine F32 [4]"), y.toString());
    }

    @Test
    void aClosedTapeComputesNothingAndClosesTwice() {
        Variable x = parameter(1, 2);
        Tape tape = Tape.freeing(device);
        Functions f = new Functions(tape);
        Variable loss = f.sum(x);
        tape.close();
        tape.close();
        String closed = "Tape.freeing is closed and computes nothing; open a new one";
        assertMessage(closed, () -> f.scale(x, 2));
        assertMessage(closed, () -> tape.input("y", x.value()));
        assertMessage(closed, () -> tape.backward(loss));
        assertMessage(closed, () -> tape.backward(loss, device.zeros(Shape.of())));
        assertMessage("Tape.freeing is closed and has no memory", () -> tape.scope().allocate(Shape.of(2)));
        assertMessage("Tape.freeing is closed and has no memory", () -> f.indices(1, 2));
        tape.discard(x);
        assertArrayEquals(new float[]{1, 2}, x.value().toFloats());
        assertEquals(0, device.pool().report().inUse());
    }

    @Test
    void aTapeRunsBackwardsOnce() {
        Variable x = parameter(3);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable loss = f.sum(f.apply(Unary.SQUARE, x));
            tape.backward(loss);
            assertMessage("a tape ran backwards already, and does so once; compute the next step on a new tape",
                    () -> tape.backward(loss));
            assertMessage("ran backwards already", () -> tape.backward(loss, device.zeros(Shape.of())));
            assertMessage("ran backwards already", () -> tape.backward(f.scale(loss, 2)));
        }
        assertEquals(6, x.gradient().item(), "the second pass added nothing");
    }

    /** An error that says what is wrong with the call does not use the one pass up. */
    @Test
    void aRefusedBackwardCanBeRepeatedRightly() {
        Variable x = parameter(3, 4);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable y = f.scale(x, 2);
            assertThrows(IllegalArgumentException.class, () -> tape.backward(y));
            assertThrows(IllegalArgumentException.class, () -> tape.backward(f.constant(Shape.of(), 1f)));
            assertThrows(TensorException.class, () -> tape.backward(y, device.zeros(Shape.of(3))));
            tape.backward(f.sum(y));
        }
        assertArrayEquals(new float[]{2, 2}, x.gradient().toFloats());
        try (Tape tape = Tape.inference(device)) {
            Variable y = new Functions(tape).sum(x);
            assertMessage("Tape.inference does not record for gradients; use new Tape(device)", () -> tape.backward(y));
        }
    }

    @Test
    void aFreeingTapeKeepsItsLossAndParametersAndNothingElse() {
        Variable x = parameter(1, 2);
        Variable w = Variable.parameter("w", device.of(Shape.of(2, 2), 1, 2, 3, 4));
        try (Tape tape = Tape.freeing(device)) {
            Functions f = new Functions(tape);
            Variable input = tape.input("input", device.of(Shape.of(1, 2), 5, 6));
            Variable product = f.matmul(input, w);
            Variable row = f.reshape(product, Shape.of(2));
            Variable activated = f.apply(Unary.TANH, row);
            Variable kept = f.multiply(activated, x).keepGradient();
            Variable loss = f.sum(kept);
            float value = loss.value().item();
            tape.backward(loss);
            for (Variable v : List.of(product, row, activated, kept)) {
                String early = "Tape.freeing gave it back after its last use";
                assertMessage(early, () -> v.value().toFloats());
                assertMessage(early, () -> f.scale(v, 2));
                assertNull(v == kept ? null : v.gradient());
            }
            assertEquals(value, loss.value().item());
            assertArrayEquals(new float[]{5, 6}, input.value().toFloats());
            assertEquals(2, input.gradient().elements());
            assertArrayEquals(new float[]{1, 1}, kept.gradient().toFloats());
            assertArrayEquals(new float[]{1, 2}, x.value().toFloats());
            assertEquals(4, w.gradient().toFloats().length);
            Tensor gradient = kept.gradient();
            tape.close();
            assertMessage("when Tape.freeing was closed", gradient::toFloats);
            assertMessage("when Tape.freeing was closed", () -> loss.value().item());
            assertEquals(2, x.gradient().toFloats().length, "a parameter's gradient is no tape's");
        }
    }

    @Test
    void aKeptGradientCanBeReadUntilTheTapeIsClosed() {
        for (boolean freeing : new boolean[]{false, true}) {
            Variable x = parameter(2);
            Variable y;
            Tensor gradient;
            try (Tape tape = freeing ? Tape.freeing(device) : new Tape(device)) {
                Functions f = new Functions(tape);
                y = f.apply(Unary.SQUARE, x).keepGradient();
                tape.backward(f.scale(y, 3));
                gradient = y.gradient();
                assertEquals(3, gradient.item());
                assertEquals(3, gradient.reshape(Shape.of(1, 1)).copyTo(device).item());
            }
            assertMessage("was closed", gradient::item);
            assertEquals(12, x.gradient().item());
        }
    }

    @Test
    void aDiscardedResultCannotBeReadOnAnInferenceTape() {
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Variable y = f.scale(parameter(1), 2);
            Variable z = f.scale(y, 2);
            tape.discard(y);
            assertMessage("Tape.inference gave it back after its last use", () -> y.value().item());
            assertMessage("Tape.inference gave it back", () -> f.add(y, z));
            assertEquals(4, z.value().item());
        }
    }

    @Test
    void aProductThatWasOverwrittenCannotBeComputedWith() {
        for (boolean recorded : new boolean[]{true, false}) {
            try (Tape tape = recorded ? new Tape(device) : Tape.inference(device)) {
                Functions f = new Functions(tape);
                Variable w = Variable.parameter("w", device.of(Shape.of(1, 1), 3));
                Variable x = tape.input("x", device.of(Shape.of(1, 1), 5));
                Variable product = f.matmul(x, w);
                Variable sum = f.addOnto(product, x);
                assertMessage("product [1, 1] was overwritten by the sum that addOnto made of it; use the sum",
                        () -> f.scale(product, 2));
                assertMessage("use the sum", () -> f.add(sum, product));
                assertEquals(40, f.scale(sum, 2).value().item());
            }
        }
    }

    /** The memory of the first prediction is lent to the second; the first tensor does not read the second's numbers. */
    @Test
    void aTensorKeptAcrossTwoComputationsReadsNothingOfTheSecond() {
        Variable x = parameter(1, 2, 3);
        Tensor first;
        try (Tape tape = Tape.inference(device)) {
            first = new Functions(tape).scale(x, 10).value();
        }
        try (Tape tape = Tape.inference(device)) {
            Tensor second = new Functions(tape).scale(x, 20).value();
            assertMessage("when Tape.inference was closed", first::toFloats);
            assertMessage("when Tape.inference was closed", () -> first.set(0f, 0f, 0f));
            assertArrayEquals(new float[]{20, 40, 60}, second.toFloats());
        }
    }

    @Test
    void copiedParametersOutliveTheirTapeAndTrain() {
        Variable x = parameter(1, 2);
        Parameters copies;
        Parameters shapes;
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Parameters computed = new Parameters().put("b", f.scale(x, 3)).put("a",
                    f.constant(Shape.of(1, 2), 5f, 6f));
            copies = computed.copyTo(device);
            shapes = computed.copyTo(new MetaDevice());
        }
        assertEquals(List.of("b", "a"), List.copyOf(copies.names()));
        assertArrayEquals(new float[]{3, 6}, copies.get("b").value().toFloats());
        assertArrayEquals(new float[]{5, 6}, copies.get("a").value().toFloats());
        assertTrue(copies.all().stream().allMatch(v -> v.isParameter() && v.requiresGradient()));
        assertEquals("b", copies.get("b").name());
        assertFalse(shapes.get("a").value().device().hasData());
        try (Tape tape = Tape.freeing(device)) {
            Functions f = new Functions(tape);
            tape.backward(f.sum(f.add(copies.get("a"), copies.get("b"))));
        }
        assertArrayEquals(new float[]{1, 1}, copies.get("b").gradient().toFloats());
        assertNull(x.gradient(), "no gradient flows back from copies");
    }

    @Test
    void theMetaDeviceKeepsTheSameRules() {
        MetaDevice meta = new MetaDevice();
        Variable w = Variable.parameter("w", meta.zeros(Shape.of(4, 4)));
        Variable y;
        try (Tape tape = Tape.freeing(meta)) {
            Functions f = new Functions(tape);
            y = f.matmul(tape.input("x", meta.zeros(Shape.of(2, 4))), w);
            Variable loss = f.sum(f.relu(y));
            tape.backward(loss);
            assertMessage("Tape.freeing gave it back", () -> f.relu(y));
            assertEquals(Shape.of(), f.scale(loss, 2).shape());
        }
        try (Tape tape = Tape.tracing(meta)) {
            Functions f = new Functions(tape);
            assertMessage("tensor F32 [2, 4] on meta has no memory any more", () -> f.relu(y));
            assertMessage("on meta", () -> f.reshape(y, Shape.of(8)));
        }
    }

    @Test
    void aTapeOnAClosedDeviceSaysSo() {
        CpuDevice closed = new CpuDevice(1, KernelChoice.PLAIN);
        Variable x = Variable.parameter("x", closed.zeros(Shape.of(2)));
        Tape tape = new Tape(closed);
        Functions f = new Functions(tape);
        Variable loss = f.sum(x);
        closed.close();
        assertMessage("device cpu is closed", () -> f.scale(x, 2));
        assertMessage("device cpu is closed", () -> tape.backward(loss));
        tape.close();
    }

    /** An input whose owner gives it back before the backward pass needs it is no silent wrong gradient. */
    @Test
    void anInputThatIsGoneBeforeTheBackwardPassIsAnError() {
        Variable x = parameter(1, 2);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Variable loss;
            try (Scope scope = new Scope(device, "a batch")) {
                loss = f.sum(f.multiply(x, Variable.constant(scope.allocate(Shape.of(2)).set(3f, 4f))));
            }
            assertMessage("when a batch was closed", () -> tape.backward(loss));
        }
    }

    /** Tapes on several threads share parameters and make views of them; no count gets lost. */
    @Test
    void parametersSharedByTapesOnSeveralThreadsStayAlive() {
        Variable w = Variable.parameter("w", device.of(Shape.of(6), 1, 2, 3, 4, 5, 6));
        List<Parameters> replicas = new ArrayList<>();
        Parameters all = new Parameters().put("w", w);
        for (int i = 0; i < 2; i++) replicas.add(all.map(v -> Variable.parameter(v.name(), v.value())));
        for (int round = 0; round < 2_000; round++) {
            device.parallel(2, i -> {
                Parameters mine = replicas.get(i);
                mine.clearGradients();
                try (Tape tape = Tape.freeing(device)) {
                    Functions f = new Functions(tape);
                    tape.backward(f.sum(f.reshape(mine.get("w"), Shape.of(2, 3))));
                }
            });
        }
        assertArrayEquals(new float[]{1, 2, 3, 4, 5, 6}, w.value().toFloats());
        for (Parameters p : replicas)
            assertArrayEquals(new float[]{1, 1, 1, 1, 1, 1}, p.get("w").gradient().toFloats());
    }

    /**
     * Random networks on tapes of all kinds: while a tape is open its values are what they were when computed, and once it is
     * closed each of them throws, while later tapes use the same memory.
     */
    @Test
    void valuesAreRightWhileTheTapeIsOpenAndErrorsAfterwards() {
        for (int seed = 0; seed < 12; seed++) {
            RandomStream random = new RandomStream(seed);
            List<Variable> stale = new ArrayList<>();
            Parameters p = Parameters.trainable(Map.of("w", normal(device, random, 4, 4)));
            for (int round = 0; round < 12; round++) {
                String where = "seed " + seed + ", round " + round;
                int kind = random.nextInt(3);
                try (Tape tape = kind == 0
                        ? new Tape(device)
                        : kind == 1 ? Tape.freeing(device) : Tape.inference(device)) {
                    Functions f = new Functions(tape);
                    List<Variable> values = new ArrayList<>(List.of(f.matmul(p.get("w"), p.get("w"))));
                    List<float[]> seen = new ArrayList<>(List.of(values.getFirst().value().toFloats()));
                    for (int i = 0; i < 12; i++) {
                        values.add(next(f, random, values));
                        seen.add(values.getLast().value().toFloats());
                    }
                    for (int i = 0; i < values.size(); i++)
                        assertArrayEquals(seen.get(i), values.get(i).value().toFloats(), where);
                    if (kind != 2) tape.backward(f.mean(values.getLast()));
                    if (kind == 0)
                        for (int i = 0; i < values.size(); i++)
                            assertArrayEquals(seen.get(i), values.get(i).value().toFloats(), where);
                    for (Variable v : stale) assertThrows(IllegalStateException.class, () -> f.relu(v), where);
                    stale.addAll(values);
                }
                for (Variable v : stale) assertThrows(IllegalStateException.class, v.value()::toFloats, where);
            }
            assertEquals(0, device.pool().report().inUse(), "seed " + seed);
        }
    }

    private static Variable next(Functions f, RandomStream random, List<Variable> values) {
        Variable a = values.get(random.nextInt(values.size()));
        Variable b = values.get(random.nextInt(values.size()));
        return switch (random.nextInt(5)) {
            case 0 -> f.add(a, b);
            case 1 -> f.apply(Unary.TANH, a);
            case 2 -> f.reshape(f.reshape(a, Shape.of(2, 8)), Shape.of(4, 4));
            case 3 -> f.softmax(f.matmul(a, b));
            default -> f.permute(a, 1, 0);
        };
    }

    private static Tensor normal(Device device, RandomStream random, int... dims) {
        Tensor t = device.allocate(Shape.of(dims), DType.F32);
        random.fillNormal(t, 0, 1);
        return t;
    }
}
