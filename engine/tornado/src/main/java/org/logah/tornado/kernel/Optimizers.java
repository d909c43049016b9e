package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Optimizer steps in place. */
public final class Optimizers {
    /** The most work-groups side by side on one parameter. */
    public static final int MOST_GROUPS = 256;

    private Optimizers() {}

    /**
     * One AdamW step of several parameters, parameter y by the threads of row y. a: count, parameter, gradient, m, v of each,
     * from 0; f: gradient scale, beta1, 1 - beta1, beta2, 1 - beta2, step size, 1 / sqrt of the second correction, eps, decay.
     */
    public static void adamW(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        int slot = 5 * c.groupIdy;
        int count = a.get(slot);
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int p = a.get(slot + 1) + i;
            int m = a.get(slot + 3) + i;
            int v = a.get(slot + 4) + i;
            float g = memory.get(a.get(slot + 2) + i) * f.get(0);
            float first = f.get(1) * memory.get(m) + f.get(2) * g;
            float second = f.get(3) * memory.get(v) + f.get(4) * g * g;
            memory.set(m, first);
            memory.set(v, second);
            float step = f.get(5) * first / (TornadoMath.sqrt(second) * f.get(6) + f.get(7));
            memory.set(p, memory.get(p) * f.get(8) - step);
        }
    }
}
