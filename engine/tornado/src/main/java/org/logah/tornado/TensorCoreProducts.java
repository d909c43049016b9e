package org.logah.tornado;

import java.util.Arrays;

import org.logah.engine.DType;
import org.logah.engine.Kernels.Product;
import org.logah.engine.MemoryBudget;
import org.logah.engine.TensorException;
import org.logah.tornado.kernel.TensorCores;

/** Matrix products on tensor cores: operands in 16 bits, sums in 32. */
final class TensorCoreProducts extends GpuProducts {
    /** Below this number of rows, columns or terms a product fills too little of a tile, and stays in 32 bits. */
    static final int LEAST = 32;
    private static final int ARGUMENTS = 18;
    /** Bytes that the largest product takes for its groups' tiles. */
    static final long ROOM_BYTES = 4L * TensorCores.MOST_GROUPS * TensorCores.TILE * TensorCores.TILE;
    private final GpuDevice device;
    private final Launcher launcher;
    private final DType type;
    private final int room;
    private final int size;

    /**
     * @param type what operands are rounded to
     * @param room where packed operands lie in the device's words; launches follow one another, so one room serves all
     * @param size words of that room
     */
    TensorCoreProducts(GpuDevice device, Launcher launcher, DType type, int room, int size) {
        super(device, launcher);
        this.device = device;
        this.launcher = launcher;
        this.type = type;
        this.room = room;
        this.size = size;
    }

    @Override
    void multiply(Product p, int[] args) {
        if (Math.min(p.m(), Math.min(p.n(), p.k())) < LEAST) {
            super.multiply(p, args);
            return;
        }
        long left = TensorCores.packed(p.batch(), p.m(), p.k());
        long both = left + TensorCores.packed(p.batch(), p.n(), p.k());
        if (both > size) {
            throw new TensorException("packed operands of " + p + " take " + MemoryBudget.format(4 * both) + ", "
                    + device.name() + " has " + MemoryBudget.format(4L * size)
                    + " for them; use a smaller batch, or leave --precision out");
        }
        int tiles = LaunchSizes.tiles(p.m(), TensorCores.TILE) * LaunchSizes.tiles(p.n(), TensorCores.TILE) * p.batch();
        int groups = Math.min(TensorCores.MOST_GROUPS, tiles);
        try (OperationMemory ofGroups = new OperationMemory(device, groups * TensorCores.TILE * TensorCores.TILE,
                DType.F32)) {
            int[] all = Arrays.copyOf(args, ARGUMENTS);
            all[10] = room;
            all[11] = Math.toIntExact(room + left);
            all[12] = ofGroups.place;
            all[13] = p.batch();
            all[14] = groups;
            all[15] = (int) left;
            all[16] = (int) both;
            all[17] = type == DType.F16 ? 1 : 0;
            launcher.launch(KernelCatalog.PACK, all, Launcher.NO_REALS, Launcher.groups(both), 1, 1);
            launcher.launch(KernelCatalog.tensorCoreProduct(type), all, Launcher.NO_REALS, groups, 1, 1);
        }
    }
}
