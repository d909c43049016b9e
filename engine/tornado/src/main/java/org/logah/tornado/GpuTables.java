package org.logah.tornado;

import org.logah.engine.DType;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/** Rows of tables by index, as launches. */
final class GpuTables {
    private final GpuDevice device;
    private final Launcher launcher;

    GpuTables(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    /** @throws TensorException if an index is no row of the table: the host knows them all */
    static void checkIndices(String op, Tensor indices, int rows, int lowest) {
        for (int i : indices.toInts()) {
            if (i < lowest || i >= rows) throw new TensorException(op + ": index " + i + " of " + rows + " rows");
        }
    }

    void gather(Tensor table, Tensor indices, Tensor out) {
        int width = table.shape().last();
        checkIndices("gather", indices, Math.toIntExact(LaunchSizes.rows(table)), 0);
        LaunchSizes.check("gather", out, indices.elements() * width);
        launcher.launchElements(KernelCatalog.GATHER, indices.elements() * width, Launcher.NO_REALS,
                LaunchSizes.count(indices), width, device.place(table), device.place(indices),
                device.place(out));
    }

    void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
        int width = table.shape().last();
        int n = LaunchSizes.count(indices);
        checkIndices("scatterAdd", indices, Math.toIntExact(LaunchSizes.rows(table)), 0);
        LaunchSizes.check("scatterAdd", rows, (long) n * width);
        if (n == 0) return;
        try (OperationMemory chain = new OperationMemory(device, 2 * n, DType.I32)) {
            launcher.launchElements(KernelCatalog.CHAIN, n, Launcher.NO_REALS, n, device.place(indices), chain.place);
            launcher.launchElements(KernelCatalog.SCATTER_ADD, (long) n * width, Launcher.NO_REALS, n, width,
                    device.place(rows), device.place(indices), chain.place,
                    device.place(table));
        }
    }
}
