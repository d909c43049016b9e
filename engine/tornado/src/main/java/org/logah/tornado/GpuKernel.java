package org.logah.tornado;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A static method that TornadoVM compiles for the device, and the shape of its work-groups. It has the method's name on the
 * device, in reports and for {@code logah kernel}.
 */
final class GpuKernel {
    private final String name;
    private final String home;
    private final Serializable code;
    private final int localX;
    private final int localY;
    private final boolean onTensorCores;

    /**
     * A reference to a kernel's method that takes integers and real numbers, the device's array of floats and that of words;
     * serializable, because only then Java says which method it refers to.
     */
    @FunctionalInterface
    interface Code extends Task5<KernelContext, IntArray, FloatArray, FloatArray, IntArray>, Serializable {}

    /** One that takes no real numbers; none have to travel with its launches then. */
    @FunctionalInterface
    interface CodeOfIntegers extends Task4<KernelContext, IntArray, FloatArray, IntArray>, Serializable {}

    private GpuKernel(Serializable code, int localX, int localY, boolean onTensorCores) {
        SerializedLambda method = method(code);
        this.name = method.getImplMethodName();
        this.home = method.getImplClass();
        this.code = code;
        this.localX = localX;
        this.localY = localY;
        this.onTensorCores = onTensorCores;
    }

    private static SerializedLambda method(Serializable code) {
        try {
            Method replacement = code.getClass().getDeclaredMethod("writeReplace");
            replacement.setAccessible(true);
            return (SerializedLambda) replacement.invoke(code);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("a kernel is no reference to a method", e);
        }
    }

    /** One thread an element, or one work-group of 128 threads a row. */
    static GpuKernel elements(Code code) {
        return new GpuKernel(code, 128, 1, false);
    }

    /** The same, of a kernel without real numbers. */
    static GpuKernel elements(CodeOfIntegers code) {
        return new GpuKernel(code, 128, 1, false);
    }

    /** One work-group of 16 x 16 threads a tile. */
    static GpuKernel tiles(Code code) {
        return new GpuKernel(code, 16, 16, false);
    }

    /** The same, of a kernel without real numbers. */
    static GpuKernel tiles(CodeOfIntegers code) {
        return new GpuKernel(code, 16, 16, false);
    }

    /** One that only devices with tensor cores can run. */
    static GpuKernel tensorCores(CodeOfIntegers code, int threads) {
        return new GpuKernel(code, threads, 1, true);
    }

    String name() { return name; }

    /** The class that its method is written in, by its path on the class path, without an ending. */
    String home() {
        return home;
    }

    boolean takesReals() { return code instanceof Code; }

    /**
     * Adds the kernel to a graph, as a task.
     *
     * @param f what it gets of real numbers, if it takes any
     */
    TaskGraph addTo(TaskGraph graph, String task, KernelContext context, IntArray a, FloatArray f, FloatArray memory,
            IntArray words) {
        return code instanceof Code c
                ? graph.task(task, c, context, a, f, memory, words)
                : graph.task(task, (CodeOfIntegers) code, context, a, memory, words);
    }

    /** Threads of a work-group along the first axis. */
    int localX() { return localX; }

    /** Threads of a work-group along the second axis. */
    int localY() { return localY; }

    boolean onTensorCores() { return onTensorCores; }

    @Override
    public String toString() { return name; }
}
