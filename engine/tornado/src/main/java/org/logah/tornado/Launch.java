package org.logah.tornado;

import java.util.Arrays;

/**
 * One run of a kernel.
 *
 * @param a integers that it gets: sizes and places
 * @param f real numbers that it gets
 * @param groupsX work-groups along each axis
 */
record Launch(GpuKernel kernel, int[] a, float[] f, int groupsX, int groupsY, int groupsZ) {
    /** Whether both do the same work, on the same places, with perhaps other real numbers. */
    boolean sameWork(Launch o) {
        return kernel == o.kernel && groupsX == o.groupsX && groupsY == o.groupsY && groupsZ == o.groupsZ
                && Arrays.equals(a, o.a);
    }

    int hashOfWork() {
        return ((kernel.name().hashCode() * 31 + Arrays.hashCode(a)) * 31 + groupsX) * 31 + groupsY * 7 + groupsZ;
    }
}
