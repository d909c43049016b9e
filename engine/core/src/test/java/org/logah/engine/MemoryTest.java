package org.logah.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.HostMemory;
import org.logah.engine.cpu.KernelChoice;

class MemoryTest {
    @Test
    void aScopeReturnsWhatItLentAndTheNextOneReusesIt() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            for (int round = 0; round < 5; round++) {
                try (Scope scope = new Scope(device)) {
                    for (int i = 1; i < 20; i++) scope.allocate(Shape.of(i, 100));
                    assertTrue(device.pool().report().inUse() > 0);
                }
                assertEquals(0, device.pool().report().inUse());
                assertEquals(19, device.pool().report().allocations(), "round " + round);
            }
            device.pool().trim();
            assertEquals(0, device.pool().report().reserved());
        }
    }

    /** A count that turned negative would fit into any memory. */
    @Test
    void moreThanCanBeCountedIsRefused() {
        MemoryPool pool = new MetaDevice().pool();
        pool.acquire(Long.MAX_VALUE / 2, DType.F32);
        String message = assertThrows(MemoryBudget.ExceededException.class,
                () -> pool.acquire(Long.MAX_VALUE / 2 + 2, DType.F32)).getMessage();
        assertTrue(message.startsWith("device meta: ") && message.endsWith("choose a smaller model or batch"), message);
    }

    @Test
    void theLastHolderGivesMemoryBackOnce() {
        MemoryPool pool = new MemoryPool("cpu", new HostMemory());
        Storage s = pool.acquire(1000, DType.F32);
        s.retain();
        s.release();
        assertTrue(pool.report().inUse() >= 1000);
        s.release();
        s.release();
        s.releaseAll();
        assertEquals(0, pool.report().inUse());
        assertThrows(IllegalStateException.class, s::retain);
    }

    @Test
    void blocksAreAlignedAndOfTheSizeAskedFor() {
        MemoryPool pool = new MemoryPool("cpu", new HostMemory());
        for (long bytes : new long[]{4, 60, 1000, 5000, 100_001}) {
            var segment = pool.acquire(bytes, DType.F32).segment();
            assertTrue(segment != null && segment.address() % 64 == 0 && segment.byteSize() == bytes);
        }
    }

    /** Else networks of slightly different widths would each keep memory that the others never use. */
    @Test
    void aBlockThatIsSlightlyTooLargeIsLentToo() {
        MemoryPool pool = new MemoryPool("cpu", new HostMemory());
        pool.acquire(1 << 20, DType.F32).release();
        Storage smaller = pool.acquire((1 << 20) - 150_000, DType.F32);
        assertEquals(1, pool.report().allocations());
        assertEquals(1 << 20, pool.report().inUse());
        Storage half = pool.acquire(1 << 19, DType.F32);
        assertEquals(2, pool.report().allocations());
        smaller.release();
        half.release();
        pool.acquire((1 << 19) + 1, DType.F32);
        assertEquals(3, pool.report().allocations(), "half a block was lent for more, or a whole one for half");
        pool.close();
    }

    @Test
    void sizeClassesWasteAtMostAnEighth() {
        for (long n = 513; n < 1 << 20; n += 977) {
            long size = MemoryPool.sizeClass(n);
            assertTrue(size >= n && size <= n + n / 8 + 64, n + " gives " + size);
        }
    }

    @Test
    void theMetaDeviceCountsWithoutAllocating() {
        MetaDevice meta = new MetaDevice();
        try (Scope scope = new Scope(meta)) {
            Tensor huge = scope.allocate(Shape.of(1 << 30, 1 << 10));
            assertEquals(1L << 42, meta.pool().report().inUse());
            assertThrows(IllegalArgumentException.class, huge::segment);
        }
    }

    @Test
    void budgetsSayHowMuchIsNeeded() {
        MemoryBudget budget = MemoryBudget.of(MemoryBudget.parse("1.5G"));
        assertEquals(3L << 29, budget.bytes());
        var e = assertThrows(MemoryBudget.ExceededException.class,
                () -> budget.require("training x", 4L << 30, "logits 1.00 GB"));
        assertTrue(e.getMessage().contains("training x needs 4.00 GB of memory, 1.50 GB are available"),
                e.getMessage());
        assertTrue(e.getMessage().endsWith("Largest: logits 1.00 GB"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> MemoryBudget.parse("lots"));
    }

    @Test
    void memoryThatCouldNotBeHadIsNotCounted() {
        MemoryPool pool = new MemoryPool("broken", (_, _) -> { throw new IllegalArgumentException("no such memory"); });
        MemoryPool.Report before = pool.report();
        assertThrows(IllegalArgumentException.class, () -> pool.acquire(1000, DType.F32));
        assertEquals(before, pool.report());
    }
}
