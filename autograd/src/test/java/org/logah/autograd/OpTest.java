package org.logah.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.check.GradientCheck;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/**
 * Every row of {@link Ops}, and one that is not of the table, through their cases: values on all kernels, gradients by
 * differences, inputs left alone.
 */
class OpTest {
    private static final int DRAWS = 6;
    /** Large draws that must have been shared, and how many may be made until they are: most pairs of shapes broadcast. */
    private static final int SHARED_DRAWS = 2;
    private static final int MOST_DRAWS = 100;
    /** What one thread does whatever the size: it moves numbers, or nobody has needed it fast. */
    private static final Set<String> ALONE = Set.of("permute", "concat", "slice", "tile");
    /** Functions that vector kernels leave to plain loops. */
    private static final Set<String> LOOPS_ONLY = Set.of("unary LOG", "unary SQRT", "unary RECIPROCAL");

    static List<OpCases.Case> cases() {
        List<OpCases.Case> cases = new ArrayList<>(OpCases.all());
        cases.add(OwnOperation.CASE);
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAgreeWithDifferences(OpCases.Case c) {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            OpRun.poison(device);
            for (int seed = 0; seed < DRAWS; seed++) {
                RandomStream random = new RandomStream(seed).split(c.name());
                OpCases.Drawn drawn = c.draw().apply(device, random);
                double error = new GradientCheck(device, drawn.call()).largestError(random, drawn.inputs());
                assertTrue(error < 2e-3, c.name() + ", seed " + seed + ": gradient is off by " + error);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fastKernelsGiveThePlainValuesAndGradients(OpCases.Case c) {
        for (int seed = 0; seed < DRAWS; seed++) {
            float[][] plain = run(c, seed, KernelChoice.PLAIN);
            for (KernelChoice kernels : new KernelChoice[]{KernelChoice.LOOPS, KernelChoice.VECTOR}) {
                float[][] fast = run(c, seed, kernels);
                for (int i = 0; i < plain.length; i++) {
                    String where = c.name() + " by " + kernels + ", seed " + seed
                            + (i == 0 ? ", value" : ", gradient of input " + (i - 1));
                    double scale = 1;
                    for (float v : plain[i]) scale = Math.max(scale, Math.abs(v));
                    for (int k = 0; k < plain[i].length; k++)
                        assertEquals(plain[i][k], fast[i][k], 5e-6 * scale, where + ", element " + k);
                }
            }
        }
    }

    static List<OpCases.Case> largeCases() { return OpCases.large(); }

    /** On inputs that are worth sharing, and that were shared: a device counts the jobs that all its threads were offered. */
    @ParameterizedTest
    @MethodSource("largeCases")
    void anyNumberOfThreadsGivesTheSameBits(OpCases.Case c) {
        boolean alone = ALONE.contains(c.name());
        KernelChoice sharing = LOOPS_ONLY.contains(c.name()) ? KernelChoice.LOOPS : KernelChoice.VECTOR;
        int shared = 0;
        for (int seed = 0; seed < (alone ? SHARED_DRAWS : MOST_DRAWS) && shared < SHARED_DRAWS; seed++) {
            for (KernelChoice kernels : new KernelChoice[]{KernelChoice.LOOPS, KernelChoice.VECTOR}) {
                long jobs = compareThreads(c, seed, kernels);
                if (jobs > 0 && kernels == sharing) shared++;
            }
        }
        assertEquals(alone ? 0 : SHARED_DRAWS, shared, c.name() + ": draws whose work was shared");
    }

    /** @return how many jobs were shared */
    private static long compareThreads(OpCases.Case c, int seed, KernelChoice kernels) {
        try (CpuDevice one = new CpuDevice(1, kernels); CpuDevice several = new CpuDevice(3, kernels)) {
            float[][] expected = OpRun.run(c, seed, one);
            float[][] found = OpRun.run(c, seed, several);
            for (int i = 0; i < expected.length; i++)
                assertArrayEquals(expected[i], found[i], c.name() + " by " + kernels + ", seed " + seed
                        + (i == 0 ? ", value" : ", gradient of input " + (i - 1)));
            return several.sharedJobs();
        }
    }

    private static float[][] run(OpCases.Case c, int seed, KernelChoice kernels) {
        try (CpuDevice device = new CpuDevice(1, kernels)) {
            OpRun.poison(device);
            return OpRun.run(c, seed, device);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theMetaDeviceKnowsTheShapes(OpCases.Case c) {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            OpCases.Drawn drawn = c.draw().apply(device, new RandomStream(3));
            MetaDevice meta = new MetaDevice();
            try (Tape real = Tape.inference(device); Tape tape = Tape.inference(meta)) {
                Variable[] in = new Variable[drawn.inputs().length];
                Variable[] shapes = new Variable[in.length];
                for (int i = 0; i < in.length; i++) {
                    in[i] = Variable.constant(drawn.inputs()[i]);
                    shapes[i] = Variable.constant(meta.zeros(drawn.inputs()[i].shape()));
                }
                assertEquals(drawn.call().apply(new Functions(real), in).shape(),
                        drawn.call().apply(new Functions(tape), shapes).shape());
            }
        }
    }

    @Test
    void badShapesAreNamed() {
        MetaDevice meta = new MetaDevice();
        try (Tape tape = new Tape(meta)) {
            Functions f = new Functions(tape);
            assertMessage("product: [8, 64] by [32, 16]: inner sizes 64 and 32 differ",
                    () -> f.matmul(of(meta, 8, 64), of(meta, 32, 16)));
            assertMessage("ADD: [2, 3] and [4] do not broadcast", () -> f.add(of(meta, 2, 3), of(meta, 4)));
            assertMessage("attention: [1, 5, 30]", () -> f.attention(of(meta, 1, 5, 30), null, 4, false));
            assertMessage("crossAttention: queries [1, 5, 8], keys [1, 6, 4]",
                    () -> f.crossAttention(of(meta, 1, 5, 8), of(meta, 1, 6, 4), of(meta, 1, 6, 4), null, 2, false));
            assertMessage("of 5 causal queries over 3 keys the first see none",
                    () -> f.crossAttention(of(meta, 1, 5, 8), of(meta, 1, 3, 8), of(meta, 1, 3, 8), null, 2, true));
            assertMessage("crossAttention: bias [2, 5, 5] for scores [1, 2, 5, 3]", () -> f
                    .crossAttention(of(meta, 1, 5, 8), of(meta, 1, 3, 8), of(meta, 1, 3, 8), of(meta, 2, 5, 5), 2,
                            false));
            assertMessage("layerNorm: [2, 3] with weight [4]",
                    () -> f.layerNorm(of(meta, 2, 3), of(meta, 4), of(meta, 3), 1e-5));
            assertMessage("crossEntropy: logits [3, 5] for targets [2]",
                    () -> f.crossEntropy(of(meta, 3, 5), meta.ofInts(Shape.of(2)), 0));
            assertMessage("permute: [0, 0]", () -> f.permute(of(meta, 2, 3), 0, 0));
            assertMessage("slice", () -> f.slice(of(meta, 2, 3), 1, 2, 2));
            assertMessage("concat along axis 0", () -> f.concat(0, List.of(of(meta, 2, 3), of(meta, 2, 4))));
        }
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN); Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            assertMessage("embedding: index 7 of 4 rows",
                    () -> f.embedding(Variable.constant(device.zeros(Shape.of(4, 2))), device.ofInts(Shape.of(1), 7)));
            assertMessage("embedding: index -1 of 4 rows",
                    () -> f.embedding(Variable.constant(device.zeros(Shape.of(4, 2))), device.ofInts(Shape.of(1), -1)));
        }
    }

    private static Variable of(MetaDevice meta, int... dims) { return Variable.constant(meta.zeros(Shape.of(dims))); }

    private static void assertMessage(String expected, Runnable call) {
        String message = assertThrows(TensorException.class, call::run).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void whatHasNothingToRepeatCannotBeTiled() {
        try (Tape tape = new Tape(new MetaDevice())) {
            Functions f = new Functions(tape);
            Variable empty = f.zeros(Shape.of(2, 0));
            assertEquals(Shape.of(3, 0), f.tile(empty, Shape.of(3, 0)).shape());
            assertEquals(Shape.of(0, 0), f.tile(empty, Shape.of(0, 0)).shape());
            String message = assertThrows(IllegalArgumentException.class, () -> f.tile(empty, Shape.of(2, 3)))
                    .getMessage();
            assertTrue(message.contains("tile: [2, 0] has nothing to repeat along axis 1, where [2, 3] wants 3"),
                    message);
        }
    }

    @Test
    void attentionNeedsHeads() {
        try (Tape tape = new Tape(new MetaDevice())) {
            Functions f = new Functions(tape);
            Variable qkv = f.zeros(Shape.of(1, 2, 12));
            for (int heads : IntStream.of(0, -1, -2).toArray()) {
                String message = assertThrows(IllegalArgumentException.class,
                        () -> f.attention(qkv, null, heads, false)).getMessage();
                assertTrue(message.contains("attention: " + heads + " heads for [1, 2, 12]; at least one"), message);
            }
        }
    }
}
