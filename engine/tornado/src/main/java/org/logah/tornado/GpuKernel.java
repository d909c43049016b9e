package org.logah.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A kernel and the shape of its work-groups.
 *
 * @param name its name on the device and in reports
 * @param code a method of the kernel package
 * @param localX threads of a work-group along each axis
 */
record Kernel(String name, Task5<KernelContext, IntArray, FloatArray, FloatArray, IntArray> code, int localX,
        int localY) {

    /** One thread an element. */
    static Kernel elements(String name, Task5<KernelContext, IntArray, FloatArray, FloatArray, IntArray> code) {
        return new Kernel(name, code, 128, 1);
    }

    /** One work-group of 16 x 16 threads a tile. */
    static Kernel tiles(String name, Task5<KernelContext, IntArray, FloatArray, FloatArray, IntArray> code) {
        return new Kernel(name, code, 16, 16);
    }
}
