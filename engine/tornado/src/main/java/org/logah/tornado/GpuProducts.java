package org.logah.tornado;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;
import org.logah.tornado.kernel.Products;

/** Matrix products as launches, in 32 bits. */
class GpuProducts {
    /** Large tiles that keep a device busy: large GPUs have some 130 multiprocessors. */
    private static final int ENOUGH_TILES = 128;
    private final GpuDevice device;
    private final Launcher launcher;

    GpuProducts(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (p.accumulate() && bias != null) throw new IllegalArgumentException("a product that adds has no bias");
        LaunchSizes.check("product", a, (long) p.batch() * p.m() * p.k());
        LaunchSizes.check("product", b, (long) p.batch() * p.k() * p.n());
        LaunchSizes.check("product", out, (long) p.batch() * p.m() * p.n());
        if (bias != null) LaunchSizes.check("product", bias, p.n());
        if ((long) p.batch() * p.m() * p.n() == 0) return;
        int[] args = {p.m(), p.n(), p.k(), p.transposeA() ? 1 : 0, p.transposeB() ? 1 : 0, p.accumulate() ? 1 : 0,
                device.place(a), device.place(b), device.place(bias, -1), device.place(out)};
        multiply(p, args);
    }

    /** @param args what {@link Products#product} expects; everything that it reaches was checked */
    void multiply(Product p, int[] args) {
        long large = (long) LaunchSizes.tiles(p.n(), Products.LARGE) * LaunchSizes.tiles(p.m(), Products.LARGE) * p.batch();
        boolean enough = large >= ENOUGH_TILES;
        int side = enough ? Products.LARGE : Products.TILE;
        launcher.launch(enough ? KernelCatalog.LARGE_PRODUCT : KernelCatalog.PRODUCT, args, Launcher.NO_REALS,
                LaunchSizes.tiles(p.n(), side),
                LaunchSizes.tiles(p.m(), side), p.batch());
    }
}
