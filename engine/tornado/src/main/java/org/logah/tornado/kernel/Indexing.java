package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Rows of a table by index. */
public final class Indexing {
    private Indexing() {}

    /** a: indices, width, table, indices (words), out. */
    public static void gather(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        int width = a.get(1);
        if (i < a.get(0) * width) {
            int row = i / width;
            int from = words.get(a.get(3) + row) * width + i - row * width;
            memory.set(a.get(4) + i, memory.get(a.get(2) + from));
        }
    }

    /**
     * Chains equal indices, so that {@link #scatterAdd} adds them in order. a: count, indices (words), chain (words): for
     * each index where the next equal one stands (-1: nowhere), and behind those, whether it is the first of its kind.
     */
    public static void chain(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        int count = a.get(0);
        if (i < count) {
            int mine = words.get(a.get(1) + i);
            int first = 1;
            for (int j = 0; j < i; j++) {
                if (words.get(a.get(1) + j) == mine) first = 0;
            }
            int next = -1;
            for (int j = count - 1; j > i; j--) {
                if (words.get(a.get(1) + j) == mine) next = j;
            }
            words.set(a.get(2) + i, next);
            words.set(a.get(2) + count + i, first);
        }
    }

    /** a: count, width, rows, indices (words), chain (words), table. */
    public static void scatterAdd(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int i = c.globalIdx;
        int count = a.get(0);
        int width = a.get(1);
        if (i < count * width) {
            int row = i / width;
            int column = i - row * width;
            if (words.get(a.get(4) + count + row) == 1) {
                int to = a.get(5) + words.get(a.get(3) + row) * width + column;
                float sum = memory.get(to);
                int at = row;
                while (at >= 0) {
                    sum += memory.get(a.get(2) + at * width + column);
                    at = words.get(a.get(4) + at);
                }
                memory.set(to, sum);
            }
        }
    }
}
