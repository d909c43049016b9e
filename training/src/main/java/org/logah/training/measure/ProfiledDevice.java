package org.logah.training.measure;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.MemoryPool;
import org.logah.engine.Tensor;

/**
 * Another device with a clock: it computes what that one computes, and notes how often each operation was called, and for how
 * long.
 */
public final class ProfiledDevice implements Device {
    private static final int SHOWN = 16;
    private final Device device;
    private final Kernels kernels;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final long opened = System.nanoTime();

    private record Entry(LongAdder calls, LongAdder nanos, LongAdder multiplications) {
        Entry() { this(new LongAdder(), new LongAdder(), new LongAdder()); }
    }

    /**
     * A clock for a device.
     *
     * @param device computes; closing this one closes it
     */
    public ProfiledDevice(Device device) {
        this.device = device;
        this.kernels = (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[]{Kernels.class},
                (_, method, arguments) -> timed(method, arguments));
    }

    private Object timed(Method method, Object[] arguments) throws Throwable {
        long start = System.nanoTime();
        try {
            return method.invoke(device.kernels(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            Entry entry = entries.computeIfAbsent(name(method, arguments), _ -> new Entry());
            entry.calls.increment();
            entry.nanos.add(System.nanoTime() - start);
            if (arguments != null && arguments[0] instanceof Kernels.Product p)
                entry.multiplications.add((long) p.batch() * p.m() * p.n() * p.k());
        }
    }

    private static String name(Method method, Object[] arguments) {
        if (arguments == null) return method.getName();
        return switch (arguments[0]) {
            case Kernels.Product p -> "product " + (p.transposeA() ? "A^T" : "A") + (p.transposeB() ? " B^T" : " B");
            case Enum<?> function -> method.getName() + " " + function.name().toLowerCase(Locale.ROOT);
            default -> method.getName();
        };
    }

    /** A table, the longest first; operations on several threads at once count on each. */
    @Override
    public String activity() {
        double total = entries.values().stream().mapToLong(e -> e.nanos.sum()).sum();
        StringBuilder out = new StringBuilder(device.activity());
        if (!out.isEmpty()) out.append('\n');
        out.append(String.format(Locale.ROOT, "%.2f s in operations, %.2f s since it was opened%n", total / 1e9,
                (System.nanoTime() - opened) / 1e9));
        entries.entrySet().stream().sorted(Comparator.comparingLong(e -> -e.getValue().nanos.sum())).limit(SHOWN)
                .forEach(e -> {
                    Entry v = e.getValue();
                    double rate = 2.0 * v.multiplications.sum() / v.nanos.sum();
                    out.append(String.format(Locale.ROOT, "  %-28s %5.1f%% %10.3f s %9d calls%s%n", e.getKey(),
                            100 * v.nanos.sum() / total, v.nanos.sum() / 1e9, v.calls.sum(),
                            rate > 0 ? String.format(Locale.ROOT, " %7.1f GFLOP/s", rate) : ""));
                });
        return out.toString().stripTrailing();
    }

    @Override
    public String name() { return device.name(); }

    @Override
    public Kernels kernels() { return kernels; }

    @Override
    public MemoryPool pool() { return device.pool(); }

    @Override
    public boolean hasData() { return device.hasData(); }

    @Override
    public boolean isHost() { return device.isHost(); }

    @Override
    public void download(Tensor from, MemorySegment to) { device.download(from, to); }

    @Override
    public void upload(MemorySegment from, Tensor to) { device.upload(from, to); }

    @Override
    public long memoryLimit() { return device.memoryLimit(); }

    @Override
    public int threads() { return device.threads(); }

    @Override
    public void parallel(int tasks, IntConsumer body) { device.parallel(tasks, body); }

    @Override
    public void close() { device.close(); }
}
