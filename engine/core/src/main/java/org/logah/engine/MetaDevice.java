package org.logah.engine;

import java.lang.reflect.Proxy;

import org.jspecify.annotations.Nullable;

/**
 * Shapes without memory: models of any size are built, traced and measured in milliseconds. Every kernel does nothing but check
 * that its tensors are still there; the pool counts what a real device would have to lend. Reading or writing numbers is a
 * {@link TensorException}.
 */
public final class MetaDevice implements Device {
    private final MemoryPool pool = new MemoryPool("meta",
            (_, _) -> (bytes, recycle) -> new Storage(null, bytes, recycle));
    private final Kernels kernels = (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(),
            new Class<?>[]{Kernels.class}, (_, method, arguments) -> {
                requireLive(arguments);
                return switch (method.getName()) {
                    case "name" -> "meta";
                    case "sumOfSquares" -> 0.0;
                    default -> null;
                };
            });

    /** A device of its own, with a count of its own. */
    public MetaDevice() {}

    private static void requireLive(@Nullable Object @Nullable [] arguments) {
        if (arguments == null) return;
        for (Object a : arguments) if (a instanceof Tensor t) t.requireLive();
    }

    @Override
    public String name() { return "meta"; }

    @Override
    public Kernels kernels() { return kernels; }

    @Override
    public MemoryPool pool() { return pool; }

    @Override
    public boolean hasData() { return false; }

    /** From here on allocating is an error, as on other devices. */
    @Override
    public void close() { pool.close(); }
}
