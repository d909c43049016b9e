package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Sums. Each is a tree over a work-group's threads, in an order that only the shape decides. */
public final class Reductions {
    /** Threads of a work-group that reduces one row. */
    public static final int THREADS = 128;
    /** Columns that a work-group of {@link #columnSums} takes. */
    public static final int COLUMNS = 16;
    /** Partial sums that each slot of {@link #squares} leaves. */
    public static final int PARTS = 64;

    private Reductions() {}

    /** Adds up what the group's threads hold and gives all of them the sum. */
    static float sum(KernelContext c, float mine) {
        float[] part = c.allocateFloatLocalArray(128);
        int t = c.localIdx;
        part[t] = mine;
        for (int s = THREADS / 2; s > 0; s = s / 2) {
            c.localBarrier();
            if (t < s) part[t] = part[t] + part[t + s];
        }
        c.localBarrier();
        return part[0];
    }

    static float max(KernelContext c, float mine) {
        float[] part = c.allocateFloatLocalArray(128);
        int t = c.localIdx;
        part[t] = mine;
        for (int s = THREADS / 2; s > 0; s = s / 2) {
            c.localBarrier();
            if (t < s) part[t] = TornadoMath.max(part[t], part[t + s]);
        }
        c.localBarrier();
        return part[0];
    }

    /**
     * One work-group an output. a: outputs, terms, x, out, then axes kept, their extents from 8, their strides in x from 16;
     * axes summed at 5, their extents from 24, their strides from 32.
     */
    public static void sumTo(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int o = c.groupIdx;
        int at = a.get(2);
        int rest = o;
        for (int axis = a.get(4) - 1; axis >= 0; axis--) {
            int extent = a.get(8 + axis);
            int next = rest / extent;
            at += (rest - next * extent) * a.get(16 + axis);
            rest = next;
        }
        float mine = 0f;
        int terms = a.get(1);
        int axes = a.get(5);
        for (int i = c.localIdx; i < terms; i += 128) {
            int place = at;
            int left = i;
            for (int axis = axes - 1; axis >= 0; axis--) {
                int extent = a.get(24 + axis);
                int next = left / extent;
                place += (left - next * extent) * a.get(32 + axis);
                left = next;
            }
            mine += memory.get(place);
        }
        float total = sum(c, mine);
        if (c.localIdx == 0) memory.set(a.get(3) + o, total);
    }

    /** Sums of the columns of a matrix, 16 columns a group. a: rows, columns, x, out. */
    public static void columnSums(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        float[] part = c.allocateFloatLocalArray(256);
        int x = c.localIdx;
        int y = c.localIdy;
        int rows = a.get(0);
        int columns = a.get(1);
        int column = c.groupIdx * 16 + x;
        float mine = 0f;
        if (column < columns) {
            for (int r = y; r < rows; r += 16) mine += memory.get(a.get(2) + r * columns + column);
        }
        part[y * 16 + x] = mine;
        for (int s = 8; s > 0; s = s / 2) {
            c.localBarrier();
            if (y < s) part[y * 16 + x] = part[y * 16 + x] + part[(y + s) * 16 + x];
        }
        c.localBarrier();
        if (y == 0 && column < columns) memory.set(a.get(3) + column, part[x]);
    }

    /**
     * Sums of squares of several tensors, {@link #PARTS} partial sums each. a: partial sums, then each tensor's count and
     * place from 8. Group y takes tensor y.
     */
    public static void squares(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int slot = c.groupIdy;
        int count = a.get(8 + 2 * slot);
        int x = a.get(9 + 2 * slot);
        float mine = 0f;
        for (int i = c.groupIdx * 128 + c.localIdx; i < count; i += c.globalGroupSizeX) {
            float v = memory.get(x + i);
            mine += v * v;
        }
        float total = sum(c, mine);
        if (c.localIdx == 0) memory.set(a.get(0) + slot * 64 + c.groupIdx, total);
    }

    /** A scaled sum of many numbers, by one group. a: count, x, out; f: scale. */
    public static void total(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float mine = 0f;
        for (int i = c.localIdx; i < a.get(0); i += 128) mine += memory.get(a.get(1) + i);
        float total = sum(c, mine);
        if (c.localIdx == 0) memory.set(a.get(2), total * f.get(0));
    }
}
