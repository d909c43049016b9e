package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One thread an element. */
public final class Elementwise {
    /** Axes that a strided operand may have. */
    public static final int MOST_AXES = 8;

    private Elementwise() {}

    /** a: count, out; f: value. */
    public static void fill(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) memory.set(a.get(1) + i, f.get(0));
    }

    /** a: outer, inner, source, its stride, destination, its stride. */
    public static void copyBlocks(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        int inner = a.get(1);
        if (i < a.get(0) * inner) {
            int o = i / inner;
            int r = i - o * inner;
            memory.set(a.get(4) + o * a.get(5) + r, memory.get(a.get(2) + o * a.get(3) + r));
        }
    }

    /** a: count, x, out, axes, then extents from 4 and x's strides from 12. */
    public static void permute(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) {
            int rest = i;
            int at = a.get(1);
            for (int axis = a.get(3) - 1; axis >= 0; axis--) {
                int extent = a.get(4 + axis);
                int next = rest / extent;
                at += (rest - next * extent) * a.get(12 + axis);
                rest = next;
            }
            memory.set(a.get(2) + i, memory.get(at));
        }
    }

    /** a: count, x, out, function. */
    public static void unary(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) memory.set(a.get(2) + i, RealFunctions.value(a.get(3), memory.get(a.get(1) + i)));
    }

    /** a: count, x, dy, dx, function. */
    public static void unaryGradient(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) {
            float d = RealFunctions.derivative(a.get(4), memory.get(a.get(1) + i));
            memory.set(a.get(3) + i, memory.get(a.get(2) + i) * d);
        }
    }

    /** a: count, x, y, out, function, axes, then extents from 6, x's strides from 14, y's from 22. */
    public static void binary(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) {
            int rest = i;
            int atX = a.get(1);
            int atY = a.get(2);
            for (int axis = a.get(5) - 1; axis >= 0; axis--) {
                int extent = a.get(6 + axis);
                int next = rest / extent;
                int index = rest - next * extent;
                atX += index * a.get(14 + axis);
                atY += index * a.get(22 + axis);
                rest = next;
            }
            memory.set(a.get(3) + i, RealFunctions.value(a.get(4), memory.get(atX), memory.get(atY)));
        }
    }

    /** a: count, x, out; f: scale, shift. */
    public static void affine(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) memory.set(a.get(2) + i, f.get(0) * memory.get(a.get(1) + i) + f.get(1));
    }

    /** a: count, x, y; f: scale. */
    public static void addScaled(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        if (i < a.get(0)) {
            int y = a.get(2) + i;
            memory.set(y, memory.get(y) + f.get(0) * memory.get(a.get(1) + i));
        }
    }

    /**
     * The gates of a GRU cell. a: rows, width, gi, gh, h, out.
     */
    public static void gru(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        int d = a.get(1);
        if (i < a.get(0) * d) {
            int row = i / d;
            int at = row * 3 * d + i - row * d;
            int gi = a.get(2) + at;
            int gh = a.get(3) + at;
            float r = RealFunctions.sigmoid(memory.get(gi) + memory.get(gh));
            float z = RealFunctions.sigmoid(memory.get(gi + d) + memory.get(gh + d));
            float n = RealFunctions.value(RealFunctions.TANH, memory.get(gi + 2 * d) + r * memory.get(gh + 2 * d));
            memory.set(a.get(5) + i, (1f - z) * n + z * memory.get(a.get(4) + i));
        }
    }

    /** a: rows, width, gi, gh, h, dOut, dGi, dGh, dH. */
    public static void gruGradient(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        int d = a.get(1);
        if (i < a.get(0) * d) {
            int row = i / d;
            int at = row * 3 * d + i - row * d;
            int gi = a.get(2) + at;
            int gh = a.get(3) + at;
            float r = RealFunctions.sigmoid(memory.get(gi) + memory.get(gh));
            float z = RealFunctions.sigmoid(memory.get(gi + d) + memory.get(gh + d));
            float hidden = memory.get(gh + 2 * d);
            float n = RealFunctions.value(RealFunctions.TANH, memory.get(gi + 2 * d) + r * hidden);
            float g = memory.get(a.get(5) + i);
            float dn = g * (1f - z) * (1f - n * n);
            float dz = g * (memory.get(a.get(4) + i) - n) * z * (1f - z);
            float dr = dn * hidden * r * (1f - r);
            int dGi = a.get(6) + at;
            int dGh = a.get(7) + at;
            memory.set(dGi, dr);
            memory.set(dGh, dr);
            memory.set(dGi + d, dz);
            memory.set(dGh + d, dz);
            memory.set(dGi + 2 * d, dn);
            memory.set(dGh + 2 * d, dn * r);
            memory.set(a.get(8) + i, g * z);
        }
    }
}
