package org.logah.tornado;

import org.logah.engine.Binary;
import org.logah.engine.Kernels.BlockCopy;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.tornado.kernel.Elementwise;

/** What computes each element on its own, as launches: copies, functions, the gates of a GRU cell. */
final class GpuElementwise {
    private final GpuDevice device;
    private final Launcher launcher;

    GpuElementwise(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    void fill(Tensor out, float value) {
        launcher.launchElements(KernelCatalog.FILL, out.elements(), new float[]{value}, LaunchSizes.count(out),
                device.place(out));
    }

    void copyBlocks(BlockCopy b, Tensor src, Tensor dst) {
        if (b.outer() == 0 || b.inner() == 0) return;
        LaunchSizes.check("copyBlocks", src, (b.outer() - 1) * b.srcStride() + b.srcOffset() + b.inner());
        LaunchSizes.check("copyBlocks", dst, (b.outer() - 1) * b.dstStride() + b.dstOffset() + b.inner());
        launcher.launchElements(KernelCatalog.COPY_BLOCKS, (long) b.outer() * b.inner(), Launcher.NO_REALS, b.outer(),
                b.inner(),
                Math.toIntExact(device.place(src) + b.srcOffset()), Math.toIntExact(b.srcStride()),
                Math.toIntExact(device.place(dst) + b.dstOffset()), Math.toIntExact(b.dstStride()));
    }

    static void requireAxes(String op, Strided s) {
        if (s.axes() > Elementwise.MOST_AXES)
            throw new TensorException(op + ": more than " + Elementwise.MOST_AXES + " axes");
    }

    void permute(int[] axes, Tensor x, Tensor out) {
        long[] source = x.shape().broadcastStrides(x.shape());
        long[] strides = new long[axes.length];
        for (int i = 0; i < axes.length; i++) strides[i] = source[axes[i]];
        Strided s = new Strided(out.shape().toArray(), strides);
        requireAxes("permute", s);
        int[] a = new int[20];
        a[0] = LaunchSizes.count(out);
        a[1] = device.place(x);
        a[2] = device.place(out);
        a[3] = s.axes();
        s.putExtents(a, 4);
        s.putStrides(0, a, 12);
        launcher.launchElements(KernelCatalog.PERMUTE, out.elements(), Launcher.NO_REALS, a);
    }

    void unary(Unary op, Tensor x, Tensor out) {
        LaunchSizes.check("unary", x, out.elements());
        launcher.launchElements(KernelCatalog.UNARY, out.elements(), Launcher.NO_REALS, LaunchSizes.count(out),
                device.place(x), device.place(out), op.code());
    }

    void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx) {
        LaunchSizes.check("unaryGradient", x, dx.elements());
        LaunchSizes.check("unaryGradient", dy, dx.elements());
        launcher.launchElements(KernelCatalog.UNARY_GRADIENT, dx.elements(), Launcher.NO_REALS, LaunchSizes.count(dx),
                device.place(x), device.place(dy), device.place(dx), op.code());
    }

    void binary(Binary op, Tensor x, Tensor y, Tensor out) {
        Strided s = new Strided(out.shape().toArray(), x.shape().broadcastStrides(out.shape()),
                y.shape().broadcastStrides(out.shape()));
        requireAxes("binary", s);
        int[] a = new int[30];
        a[0] = LaunchSizes.count(out);
        a[1] = device.place(x);
        a[2] = device.place(y);
        a[3] = device.place(out);
        a[4] = op.code();
        a[5] = s.axes();
        s.putExtents(a, 6);
        s.putStrides(0, a, 14);
        s.putStrides(1, a, 22);
        launcher.launchElements(KernelCatalog.BINARY, out.elements(), Launcher.NO_REALS, a);
    }

    void affine(float scale, float shift, Tensor x, Tensor out) {
        LaunchSizes.check("affine", x, out.elements());
        launcher.launchElements(KernelCatalog.AFFINE, out.elements(), new float[]{scale, shift}, LaunchSizes.count(out),
                device.place(x), device.place(out));
    }

    void addScaled(float scale, Tensor x, Tensor y) {
        LaunchSizes.check("addScaled", x, y.elements());
        launcher.launchElements(KernelCatalog.ADD_SCALED, y.elements(), new float[]{scale}, LaunchSizes.count(y),
                device.place(x), device.place(y));
    }

    void gru(Tensor gi, Tensor gh, Tensor h, Tensor out) {
        int width = h.shape().last();
        checkGates("gru", gi, gh, h);
        LaunchSizes.check("gru", out, h.elements());
        launcher.launchElements(KernelCatalog.GRU, h.elements(), Launcher.NO_REALS, Math.toIntExact(LaunchSizes.rows(h)),
                width, device.place(gi), device.place(gh), device.place(h), device.place(out));
    }

    private static void checkGates(String op, Tensor gi, Tensor gh, Tensor h) {
        LaunchSizes.check(op, gi, 3 * h.elements());
        LaunchSizes.check(op, gh, 3 * h.elements());
    }

    void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH) {
        int width = h.shape().last();
        checkGates("gruGradient", gi, gh, h);
        checkGates("gruGradient", dGi, dGh, h);
        LaunchSizes.check("gruGradient", dOut, h.elements());
        LaunchSizes.check("gruGradient", dH, h.elements());
        launcher.launchElements(KernelCatalog.GRU_GRADIENT, h.elements(), Launcher.NO_REALS,
                Math.toIntExact(LaunchSizes.rows(h)), width, device.place(gi), device.place(gh), device.place(h),
                device.place(dOut), device.place(dGi), device.place(dGh), device.place(dH));
    }
}
