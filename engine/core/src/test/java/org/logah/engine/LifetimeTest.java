package org.logah.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.BlockCopy;
import org.logah.engine.Kernels.Product;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/** Memory that was given back can be neither read nor written nor computed with, and what is closed says so. */
class LifetimeTest {
    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(IllegalStateException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
    }

    /** Of a closed scope, and a view of it: every way to its numbers. */
    @Test
    void tensorsOfAClosedScopeCannotBeUsed() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN); Arena arena = Arena.ofConfined()) {
            Tensor floats;
            Tensor ints;
            Tensor view;
            try (Scope scope = new Scope(device, "the scope of this test")) {
                floats = scope.allocate(Shape.of(2, 3)).set(1f, 2f, 3f, 4f, 5f, 6f);
                ints = scope.allocate(Shape.of(3), DType.I32).set(1, 2, 3);
                view = floats.slice(1, 1).reshape(Shape.of(3));
                assertArrayEquals(new float[]{4, 5, 6}, view.toFloats());
            }
            Tensor other = device.zeros(Shape.of(2, 3));
            for (Tensor t : List.of(floats, view)) {
                String gone = "tensor F32 " + t.shape()
                        + " on cpu has no memory any more: it went back when the scope of this test was closed; copy";
                assertMessage(gone, t::requireLive);
                assertMessage(gone, t::segment);
                assertMessage(gone, t::toFloats);
                assertMessage(gone, () -> t.get(0));
                assertMessage(gone, () -> t.set(new float[(int) t.elements()]));
                assertMessage(gone, () -> t.fill(_ -> {}));
                assertMessage(gone, () -> t.onHost(arena));
                assertMessage(gone, () -> t.slice(0, 1));
                assertMessage(gone, () -> t.reshape(t.shape()));
                assertMessage(gone, () -> t.copyTo(device));
                assertEquals("F32 " + t.shape() + " on cpu", t.toString());
                assertTrue(t.storage().released());
            }
            assertMessage("when the scope of this test was closed", () -> other.set(floats));
            assertMessage("when the scope of this test was closed", () -> floats.set(other));
            assertMessage("I32 [3]", ints::toInts);
            assertMessage("I32 [3]", () -> ints.set(1, 2, 3));
        }
    }

    /** The same piece of memory is lent again: the new tensor lives, the old one does not come back to life. */
    @Test
    void aStaleTensorStaysDeadWhenItsMemoryIsLentAgain() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Tensor stale;
            long address;
            try (Scope scope = new Scope(device)) {
                stale = scope.allocate(Shape.of(100));
                address = stale.segment().address();
            }
            try (Scope scope = new Scope(device)) {
                Tensor fresh = scope.allocate(Shape.of(100));
                assertEquals(address, fresh.segment().address(), "the pool lends the same block");
                assertNotSame(stale.storage(), fresh.storage());
                device.kernels().fill(fresh, 7f);
                assertMessage("when a scope was closed", stale::toFloats);
                assertMessage("when a scope was closed", () -> device.kernels().fill(stale, 1f));
                assertEquals(7f, fresh.get(99));
            }
        }
    }

    @Test
    void whatIsGivenBackEarlyIsToldApartFromAClosedScope() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN); Scope scope = new Scope(device, "early")) {
            Tensor t = scope.allocate(Shape.of(2));
            t.storage().retain();
            t.storage().release();
            t.set(1f, 2f);
            t.storage().release();
            assertMessage("early gave it back after its last use; copy what is needed longer", t::toFloats);
            assertMessage("a storage of 8 bytes", () -> t.storage().retain());
            Tensor unpooled = device.zeros(Shape.of(2));
            unpooled.storage().releaseAll();
            assertMessage("its holder gave it back", unpooled::toFloats);
        }
    }

    /** A kernel call with one of its tensors dead. */
    private interface Call { void on(Kernels k, Tensor t); }

    private static List<Call> calls(Device d, Tensor row, Tensor square, Tensor index) {
        Attention a = Attention.packed(1, 2, 1, 2, true);
        Tensor qkv = d.zeros(Shape.of(1, 2, 6));
        return List.of((k, t) -> k.fill(t, 1f), (k, t) -> k.copyBlocks(new BlockCopy(1, 4, 4, 0, 4, 0), t, square),
                (k, t) -> k.copyBlocks(new BlockCopy(1, 4, 4, 0, 4, 0), square, t),
                (k, t) -> k.permute(new int[]{1, 0}, t, square), (k, t) -> k.unary(Unary.RELU, t, square),
                (k, t) -> k.unary(Unary.GELU_ERF, square, t),
                (k, t) -> k.unaryGradient(Unary.TANH, square, t, square),
                (k, t) -> k.binary(Binary.ADD, square, t, square), (k, t) -> k.binary(Binary.ADD, t, row, square),
                (k, t) -> k.affine(2f, 1f, t, square), (k, t) -> k.addScaled(1f, square, t),
                (k, t) -> k.sumTo(t, row), (k, t) -> k.sumOfSquares(t), (k, t) -> k.sumOfSquares(List.of(square, t)),
                (k, t) -> k.product(new Product(1, 2, 2, 2, false, false, false), square, t, null, square),
                (k, t) -> k.product(new Product(1, 2, 2, 2, false, true, false), t, square, row, square),
                (k, t) -> k.product(new Product(1, 1, 2, 2, false, false, false), row, t, null, row),
                (k, t) -> k.softmax(t, square), (k, t) -> k.softmaxGradient(square, t, square),
                (k, t) -> k.layerNorm(1f, t, row, row, square, row, row),
                (k, t) -> k.layerNormGradient(square, row, row, row, t, square, row, row),
                (k, t) -> k.attention(a, qkv, qkv, qkv, null, t, row),
                (k, t) -> k.attentionGradient(a, qkv, qkv, qkv, null, square, row, t, qkv, qkv, qkv, null),
                (k, t) -> k.gather(t, index, square), (k, t) -> k.scatterAdd(square, index, t),
                (k, t) -> k.crossEntropy(0f, t, index, row.slice(0, 1), row),
                (k, t) -> k.crossEntropyGradient(0f, square, index, row, row.slice(0, 1), t),
                (k, t) -> k.adamW(new AdamWStep(1f, 0.9f, 0.9f, 1f, 0f, 1f, 1), square, t, square, square));
    }

    @ParameterizedTest
    @EnumSource(KernelChoice.class)
    void noKernelTakesATensorThatIsGone(KernelChoice choice) {
        try (CpuDevice device = new CpuDevice(2, choice)) {
            List<Call> calls = calls(device, device.zeros(Shape.of(2)), device.zeros(Shape.of(2, 2)),
                    device.ofInts(Shape.of(2), 0, 1));
            Tensor gone;
            try (Scope scope = new Scope(device)) {
                gone = scope.allocate(Shape.of(2, 2));
                device.kernels().fill(gone, 0f);
                for (Call c : calls) c.on(device.kernels(), gone);
            }
            for (int i = 0; i < calls.size(); i++) {
                Call c = calls.get(i);
                assertThrows(IllegalStateException.class, () -> c.on(device.kernels(), gone), "call " + i);
            }
        }
    }

    @Test
    void shapesWithoutMemoryAreGoneTheSameWay() {
        MetaDevice meta = new MetaDevice();
        Tensor gone;
        try (Scope scope = new Scope(meta)) {
            gone = scope.allocate(Shape.of(4, 4));
            meta.kernels().fill(gone, 1f);
            assertEquals(Shape.of(4, 4), gone.copyTo(meta).shape());
        }
        Tensor other = meta.zeros(Shape.of(4, 4));
        assertMessage("tensor F32 [4, 4] on meta has no memory any more", () -> meta.kernels().fill(gone, 1f));
        assertMessage("on meta", () -> meta.kernels().binary(Binary.ADD, other, gone, other));
        assertMessage("on meta", () -> gone.slice(0, 1));
        assertMessage("on meta", () -> gone.copyTo(meta));
        assertThrows(TensorException.class, other::segment);
    }

    @Test
    void aClosedScopeGivesNoMemoryAndClosesTwice() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Scope scope = new Scope(device, "this scope");
            scope.allocate(Shape.of(3));
            assertFalse(scope.isClosed());
            scope.close();
            scope.close();
            assertTrue(scope.isClosed());
            assertEquals(0, device.pool().report().inUse());
            assertMessage("this scope is closed and has no memory to give; open a new one",
                    () -> scope.allocate(Shape.of(3)));
        }
    }

    @ParameterizedTest
    @EnumSource(KernelChoice.class)
    void aClosedDeviceComputesNothingAndGivesNoMemory(KernelChoice choice) {
        CpuDevice device = new CpuDevice(2, choice);
        Kernels kernels = device.kernels();
        Tensor large = device.zeros(Shape.of(1 << 18));
        Scope scope = new Scope(device);
        Tensor scoped = scope.allocate(Shape.of(5)).set(1f, 2f, 3f, 4f, 5f);
        device.close();
        device.close();
        String closed = "device cpu is closed";
        assertMessage(closed, device::kernels);
        assertMessage(closed, () -> device.zeros(Shape.of(3)));
        assertMessage(closed, () -> device.allocate(Shape.of(3), DType.F32));
        assertMessage(closed, () -> device.of(Shape.of(1), 1));
        assertMessage(closed, () -> scope.allocate(Shape.of(3)));
        assertMessage(closed, () -> device.parallel(2, _ -> {}));
        assertMessage(closed, () -> large.copyTo(device));
        if (choice != KernelChoice.PLAIN) assertMessage(closed, () -> kernels.unary(Unary.GELU_ERF, large, large));
        assertEquals(5f, scoped.get(4), "what is there can be read");
        scope.close();
        assertEquals(0, device.pool().report().inUse());
        assertEquals(0, device.pool().report().reserved());
    }

    @Test
    void aClosedMetaDeviceGivesNoMemory() {
        MetaDevice meta = new MetaDevice();
        meta.close();
        meta.close();
        assertMessage("device meta is closed", () -> meta.zeros(Shape.of(3)));
    }

    /** The bits of an index are no float. */
    @Test
    void indicesAreNotReadAsFloats() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Tensor index = device.ofInts(Shape.of(1), 7);
            assertThrows(TensorException.class, () -> index.get(0));
            assertThrows(TensorException.class, index::item);
            assertEquals(7, index.toInts()[0]);
        }
    }

    @Test
    void copiesOutliveTheirScopeOnAnyDevice() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN);
                CpuDevice other = new CpuDevice(1, KernelChoice.LOOPS)) {
            Tensor floats;
            Tensor ints;
            Tensor shape;
            try (Scope scope = new Scope(device)) {
                Tensor t = scope.allocate(Shape.of(2, 2)).set(1f, 2f, 3f, 4f);
                floats = t.slice(1, 1).copyTo(other);
                ints = scope.allocate(Shape.of(2), DType.I32).set(5, 6).copyTo(device);
                shape = t.copyTo(new MetaDevice());
            }
            assertArrayEquals(new float[]{3, 4}, floats.toFloats());
            assertEquals(Shape.of(1, 2), floats.shape());
            assertEquals(other, floats.device());
            assertArrayEquals(new int[]{5, 6}, ints.toInts());
            assertEquals(Shape.of(2, 2), shape.shape());
            assertThrows(TensorException.class, () -> shape.copyTo(device), "there are no numbers to copy");
        }
    }

    /** Two threads hold and let go; a count that lost one of them would kill the storage. */
    @Test
    void holdersAreCountedOnSeveralThreads() throws InterruptedException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN); Scope scope = new Scope(device)) {
            Tensor t = scope.allocate(Shape.of(1)).set(3f);
            CountDownLatch start = new CountDownLatch(2);
            Thread[] threads = new Thread[2];
            for (int k = 0; k < threads.length; k++) {
                threads[k] = new Thread(() -> {
                    start.countDown();
                    while (start.getCount() > 0) Thread.onSpinWait();
                    for (int i = 0; i < 200_000; i++) {
                        t.storage().retain();
                        t.storage().release();
                    }
                });
                threads[k].start();
            }
            for (Thread thread : threads) thread.join();
            assertTrue(t.storage().unshared());
            assertEquals(3f, t.item());
        }
    }

    /** A tensor with what was written to it. */
    private record Written(Tensor tensor, float[] values) {}

    /**
     * Scopes open and close, tensors are made, sliced, let go and written to at random: every live one reads what was written,
     * every stale one throws, whoever has its memory now.
     */
    @Test
    void liveTensorsReadWhatWasWrittenAndStaleOnesThrow() { for (int seed = 0; seed < 8; seed++) randomLife(seed); }

    private static void randomLife(int seed) {
        RandomStream random = new RandomStream(seed);
        String where = "seed " + seed + ", step ";
        List<Scope> open = new ArrayList<>();
        List<Written> live = new ArrayList<>();
        List<Tensor> stale = new ArrayList<>();
        int reused = 0;
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            for (int step = 0; step < 2_000; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> open.add(new Scope(device));
                    case 1, 2, 3 -> {
                        if (open.isEmpty()) continue;
                        int rows = 1 + random.nextInt(6);
                        Tensor t = open.get(random.nextInt(open.size())).allocate(Shape.of(rows, 4));
                        long address = t.segment().address();
                        if (stale.stream().anyMatch(s -> address(s) == address)) reused++;
                        float[] values = new float[rows * 4];
                        for (int i = 0; i < values.length; i++) values[i] = random.nextInt(1_000_000);
                        live.add(new Written(t.set(values), values));
                    }
                    case 4 -> {
                        if (live.isEmpty()) continue;
                        Written of = live.get(random.nextInt(live.size()));
                        int row = random.nextInt(of.tensor.shape().dim(0));
                        int width = of.values.length / of.tensor.shape().dim(0);
                        Tensor view = of.tensor.slice(row, 1).reshape(Shape.of(width));
                        live.add(new Written(view, Arrays.copyOfRange(of.values, row * width, (row + 1) * width)));
                    }
                    case 5, 6 -> {
                        if (live.isEmpty()) continue;
                        live.get(random.nextInt(live.size())).tensor.storage().release();
                    }
                    default -> {
                        if (open.size() > 3) open.remove(random.nextInt(open.size())).close();
                    }
                }
                for (int i = live.size() - 1; i >= 0; i--)
                    if (live.get(i).tensor.storage().released()) stale.add(live.remove(i).tensor);
                for (Written w : live) assertArrayEquals(w.values, w.tensor.toFloats(), where + step);
                for (Tensor t : stale) assertThrows(IllegalStateException.class, t::toFloats, where + step);
                while (stale.size() > 60) stale.removeFirst();
            }
            open.forEach(Scope::close);
            for (Written w : live) assertThrows(IllegalStateException.class, w.tensor::toFloats, where + "last");
            assertEquals(0, device.pool().report().inUse(), where + "last");
        }
        assertTrue(reused > 50, where + "last: only " + reused + " blocks were lent again");
    }

    private static long address(Tensor stale) {
        var segment = stale.storage().segment();
        return segment == null ? 0 : segment.address() + 4 * stale.offset();
    }
}
