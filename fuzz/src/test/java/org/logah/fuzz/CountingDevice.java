package org.logah.fuzz;

import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.MemoryPool;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.HostMemory;
import org.logah.engine.cpu.KernelChoice;

/** A CPU of one thread that counts what is asked of the system outside the Java heap. */
final class CountingDevice implements Device {
    private final CpuDevice cpu = new CpuDevice(1, KernelChoice.LOOPS);
    private final HostMemory memory = new HostMemory();
    private long asked;
    private final MemoryPool pool = new MemoryPool("cpu", new MemoryPool.Source() {
        @Override
        public MemoryPool.Block allocate(long bytes, DType type) {
            asked += bytes;
            return memory.allocate(bytes, type);
        }

        @Override
        public int largerClasses(long bytes) { return memory.largerClasses(bytes); }
    });

    /** Bytes since the device was made. */
    long asked() { return asked; }

    @Override
    public String name() { return cpu.name(); }

    @Override
    public Kernels kernels() { return cpu.kernels(); }

    @Override
    public MemoryPool pool() { return pool; }

    @Override
    public void close() {
        pool.close();
        cpu.close();
    }
}
