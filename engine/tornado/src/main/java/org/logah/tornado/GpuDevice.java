package org.logah.tornado;

import java.lang.foreign.MemorySegment;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.Kernels;
import org.logah.engine.MemoryPool;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * A device that TornadoVM drives. Tensors stay in its memory; what is read on the host is copied for each reading, so no
 * second copy can go stale. Only indices are kept on both sides, and they are written on the host alone.
 */
public final class GpuDevice implements Device {
    /** Elements for indices: batches of tokens and targets. */
    private static final int WORDS = 1 << 22;
    /** A word for packed operands of products to so many floats: half of all floats can be packed at a time. */
    private static final int PACKED = 4;

    private final String name;
    private final Launcher launcher;
    private final DeviceMemory memory;
    private final MemoryPool pool;
    private final Kernels kernels;
    private final long limit;

    /** @param bytes how much device memory tensors may take */
    GpuDevice(String name, TornadoDevice target, long bytes, Settings settings) {
        this(name, target, bytes, KernelCatalog.all(settings.products()), settings, false);
        DType products = settings.products();
        if (products == DType.F32) return;
        // What the device cannot do, it says now and not at the first product.
        launcher.launch(KernelCatalog.tensorCoreProduct(products), new int[16], Launcher.NO_REALS, 1, 1, 1);
        launcher.finish();
    }

    /** @param print whether TornadoVM prints what it generates */
    GpuDevice(String name, TornadoDevice target, long bytes, List<GpuKernel> catalog, Settings settings,
            boolean print) {
        this.name = name;
        int floats = (int) Math.min(bytes / 4, Integer.MAX_VALUE - 64);
        this.limit = floats * 4L - (settings.products() == DType.F32 ? 0 : TensorCoreProducts.ROOM_BYTES);
        this.memory = new DeviceMemory(name, floats, WORDS);
        this.pool = new MemoryPool(name, memory);
        DType products = settings.products();
        int packed = products == DType.F32 ? 0 : floats / PACKED;
        this.launcher = new Launcher(name, target, memory, WORDS + packed, catalog, settings.replay(), print);
        this.kernels = products == DType.F32
                ? new GpuOperations("tornado", this, launcher, new GpuProducts(this, launcher))
                : new GpuOperations("tornado " + products, this, launcher,
                        new TensorCoreProducts(this, launcher, products, WORDS, packed));
    }

    @Override
    public String name() { return name; }

    @Override
    public Kernels kernels() { return kernels; }

    @Override
    public MemoryPool pool() { return pool; }

    @Override
    public boolean isHost() { return false; }

    @Override
    public long memoryLimit() { return limit; }

    @Override
    public String activity() { return report().toString(); }

    /** What was compiled, launched and copied since the device was opened. */
    public LaunchReport report() {
        return launcher.report();
    }

    Launcher launcher() { return launcher; }

    @Override
    public void download(Tensor from, MemorySegment to) {
        int place = place(from);
        if (from.type() == DType.I32) MemorySegment.copy(from.segment(), 0, to, 0, from.elements() * 4);
        else launcher.download(place, to, from.elements());
    }

    @Override
    public void upload(MemorySegment from, Tensor to) {
        int place = place(to);
        if (to.type() == DType.I32) {
            MemorySegment.copy(from, 0, to.segment(), 0, to.elements() * 4);
            launcher.uploadWords(from, place, to.elements());
        } else {
            launcher.upload(from, place, to.elements());
        }
    }

    /**
     * Where a tensor's first element lies in the device's array of its type. Whose it is, its memory says: the tensor's device may be one
     * that looks on, such as a clock.
     *
     * @throws TensorException if the tensor is not this device's
     * @throws IllegalStateException if its memory was given back
     */
    int place(Tensor t) {
        if (!(t.storage() instanceof DeviceStorage storage) || storage.memory() != memory)
            throw new TensorException("tensor " + t + " is not on " + name);
        t.requireLive();
        if ((t.offset() + t.elements()) * 4 > storage.bytes())
            throw new TensorException("tensor " + t + " reaches beyond its memory");
        return Math.toIntExact(storage.place() + t.offset());
    }

    /** The same, or {@code absent} where there is no tensor. */
    int place(@Nullable Tensor t, int absent) {
        return t == null ? absent : place(t);
    }

    /** Gives the device's memory back: its tensors cannot be read any more. Closing a second time does nothing. */
    @Override
    public void close() {
        pool.close();
        launcher.close();
    }
}
