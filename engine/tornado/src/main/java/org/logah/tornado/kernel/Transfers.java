package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Between a small block that travels and its place in the device's memory. a: count, place. */
public final class Transfers {
    private Transfers() {}

    public static void upload(KernelContext c, IntArray a, FloatArray memory, FloatArray block) {
        int i = c.globalIdx;
        if (i < a.get(0)) memory.set(a.get(1) + i, block.get(i));
    }

    public static void uploadWords(KernelContext c, IntArray a, IntArray words, IntArray block) {
        int i = c.globalIdx;
        if (i < a.get(0)) words.set(a.get(1) + i, block.get(i));
    }

    public static void download(KernelContext c, IntArray a, FloatArray memory, FloatArray block) {
        int i = c.globalIdx;
        if (i < a.get(0)) block.set(i, memory.get(a.get(1) + i));
    }

    public static void downloadWords(KernelContext c, IntArray a, IntArray words, IntArray block) {
        int i = c.globalIdx;
        if (i < a.get(0)) block.set(i, words.get(a.get(1) + i));
    }
}
