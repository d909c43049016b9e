package org.logah.tornado;

import java.util.List;

import org.logah.engine.DType;
import org.logah.engine.Tensor;
import org.logah.tornado.kernel.Reductions;

/** Sums as launches. */
final class GpuReductions {
    private final GpuDevice device;
    private final Launcher launcher;

    GpuReductions(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    void sumTo(Tensor x, Tensor out) {
        if (x.elements() == 0) {
            launcher.launchElements(KernelCatalog.FILL, out.elements(), new float[]{0f}, LaunchSizes.count(out),
                    device.place(out));
            return;
        }
        int[] extents = x.shape().toArray();
        long[] strides = x.shape().broadcastStrides(x.shape());
        long[] kept = out.shape().broadcastStrides(x.shape());
        int[] keptExtents = extents.clone();
        int[] summedExtents = extents.clone();
        for (int i = 0; i < extents.length; i++) {
            if (kept[i] == 0) keptExtents[i] = 1;
            else summedExtents[i] = 1;
        }
        Strided outer = new Strided(keptExtents, strides);
        Strided inner = new Strided(summedExtents, strides);
        GpuElementwise.requireAxes("sumTo", outer);
        GpuElementwise.requireAxes("sumTo", inner);
        int outputs = LaunchSizes.count(out);
        int terms = LaunchSizes.count(x) / outputs;
        boolean columns = outer.axes() == 1 && outer.stride(0, 0) == 1 && inner.axes() == 1
                && inner.stride(0, 0) == outputs;
        if (columns) {
            launcher.launch(KernelCatalog.COLUMN_SUMS, new int[]{terms, outputs, device.place(x), device.place(out)},
                    Launcher.NO_REALS,
                    LaunchSizes.tiles(outputs, Reductions.COLUMNS), 1, 1);
            return;
        }
        int[] a = new int[40];
        a[0] = outputs;
        a[1] = terms;
        a[2] = device.place(x);
        a[3] = device.place(out);
        a[4] = outer.axes();
        a[5] = inner.axes();
        outer.putExtents(a, 8);
        outer.putStrides(0, a, 16);
        inner.putExtents(a, 24);
        inner.putStrides(0, a, 32);
        launcher.launchRows(KernelCatalog.SUM_TO, outputs, Launcher.NO_REALS, a);
    }

    double sumOfSquares(List<Tensor> all) {
        int parts = Reductions.PARTS;
        try (OperationMemory partial = new OperationMemory(device, all.size() * parts + 1, DType.F32)) {
            int most = (Launcher.INTS - 8) / 2;
            for (int from = 0; from < all.size(); from += most) {
                List<Tensor> some = all.subList(from, Math.min(all.size(), from + most));
                int[] a = new int[8 + 2 * some.size()];
                a[0] = partial.place + from * parts;
                for (int i = 0; i < some.size(); i++) {
                    a[8 + 2 * i] = LaunchSizes.count(some.get(i));
                    a[9 + 2 * i] = device.place(some.get(i));
                }
                launcher.launch(KernelCatalog.SQUARES, a, Launcher.NO_REALS, parts, some.size(), 1);
            }
            int result = partial.place + all.size() * parts;
            launcher.launchRows(KernelCatalog.TOTAL, 1, new float[]{1f}, all.size() * parts, partial.place, result);
            return partial.read(all.size() * parts);
        }
    }
}
