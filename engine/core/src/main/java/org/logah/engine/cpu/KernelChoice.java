package org.logah.engine.cpu;

import java.util.Locale;

import org.logah.engine.Kernels;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.loop.LoopKernels;
import org.logah.engine.cpu.plain.PlainKernels;
import org.logah.engine.cpu.threads.WorkerPool;

/** Which kernels the CPU device computes with. */
public enum KernelChoice {
    /** Vector kernels where the module {@code jdk.incubator.vector} is present, loops otherwise. */
    AUTO,
    /** The plainest loops, in double: the definition of every operation. */
    PLAIN,
    /** Loops in float that are fast from the start, for programs that end soon. */
    LOOPS,
    /** Vector kernels; an error where the module is absent. */
    VECTOR;

    private static final String VECTOR_KERNELS = "org.logah.engine.cpu.vector.VectorKernels";

    /**
     * The choice of a name.
     *
     * @param text {@code auto}, {@code plain}, {@code loops} or {@code vector}
     * @return the choice
     * @throws TensorException if it is none of these
     */
    public static KernelChoice parse(String text) {
        try {
            return valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new TensorException("kernels '" + text + "': choose auto, plain, loops or vector", e);
        }
    }

    /** {@return whether the JVM was started with the Vector API} */
    public static boolean vectorModulePresent() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    Kernels open(WorkerPool workers) {
        if (this == PLAIN) return new PlainKernels();
        if (this == LOOPS || (this == AUTO && !vectorModulePresent())) return new LoopKernels(workers);
        if (!vectorModulePresent()) {
            throw new TensorException("kernels 'vector': start Java with --add-modules jdk.incubator.vector");
        }
        try {
            return (Kernels) Class.forName(VECTOR_KERNELS).getConstructor(WorkerPool.class).newInstance(workers);
        } catch (ReflectiveOperationException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause())
                if (cause instanceof TensorException said) throw said;
            throw new IllegalStateException("cannot load " + VECTOR_KERNELS, e);
        }
    }
}
