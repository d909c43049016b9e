package org.logah.tornado;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Tensor;
import org.logah.tornado.kernel.Reductions;

/** Operations along the last axis as launches: softmax, layer norm, cross-entropy. */
final class GpuRows {
    private final GpuDevice device;
    private final Launcher launcher;

    GpuRows(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    void softmax(Tensor x, Tensor out) {
        LaunchSizes.check("softmax", x, out.elements());
        launcher.launchRows(KernelCatalog.SOFTMAX, LaunchSizes.rows(out), Launcher.NO_REALS, out.shape().last(),
                device.place(x), device.place(out));
    }

    void softmaxGradient(Tensor y, Tensor dy, Tensor dx) {
        LaunchSizes.check("softmaxGradient", y, dx.elements());
        LaunchSizes.check("softmaxGradient", dy, dx.elements());
        launcher.launchRows(KernelCatalog.SOFTMAX_GRADIENT, LaunchSizes.rows(dx), Launcher.NO_REALS, dx.shape().last(),
                device.place(y), device.place(dy), device.place(dx));
    }

    void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        LaunchSizes.check("layerNorm", x, out.elements());
        LaunchSizes.check("layerNorm", weight, out.shape().last());
        LaunchSizes.check("layerNorm", bias, out.shape().last());
        LaunchSizes.check("layerNorm", mean, LaunchSizes.rows(out));
        LaunchSizes.check("layerNorm", rstd, LaunchSizes.rows(out));
        launcher.launchRows(KernelCatalog.LAYER_NORM, LaunchSizes.rows(out), new float[]{eps}, out.shape().last(),
                device.place(x), device.place(weight), device.place(bias),
                device.place(out), device.place(mean), device.place(rstd));
    }

    void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias) {
        int width = x.shape().last();
        LaunchSizes.check("layerNormGradient", dy, x.elements());
        LaunchSizes.check("layerNormGradient", mean, LaunchSizes.rows(x));
        LaunchSizes.check("layerNormGradient", rstd, LaunchSizes.rows(x));
        if (dx != null) {
            LaunchSizes.check("layerNormGradient", dx, x.elements());
            launcher.launchRows(KernelCatalog.LAYER_NORM_GRADIENT, LaunchSizes.rows(x), Launcher.NO_REALS, width,
                    device.place(x), device.place(weight), device.place(mean), device.place(rstd),
                    device.place(dy), device.place(dx));
        }
        if (dWeight == null && dBias == null) return;
        if (dWeight != null) LaunchSizes.check("layerNormGradient", dWeight, width);
        if (dBias != null) LaunchSizes.check("layerNormGradient", dBias, width);
        int[] a = {Math.toIntExact(LaunchSizes.rows(x)), width, device.place(x), device.place(mean), device.place(rstd),
                device.place(dy), device.place(dWeight, -1),
                device.place(dBias, -1)};
        launcher.launch(KernelCatalog.LAYER_NORM_COLUMNS, a, Launcher.NO_REALS, LaunchSizes.tiles(width, Reductions.COLUMNS),
                1, 1);
    }

    private static int counted(Tensor targets) {
        int counted = 0;
        for (int t : targets.toInts()) if (t >= 0) counted++;
        return counted;
    }

    void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse) {
        int classes = logits.shape().last();
        int n = LaunchSizes.count(targets);
        GpuTables.checkIndices("crossEntropy", targets, classes, Integer.MIN_VALUE);
        LaunchSizes.check("crossEntropy", logits, (long) n * classes);
        LaunchSizes.check("crossEntropy", lse, n);
        try (OperationMemory losses = new OperationMemory(device, n, DType.F32)) {
            launcher.launchRows(KernelCatalog.CROSS_ENTROPY, n, new float[]{smoothing}, classes, device.place(logits),
                    device.place(targets), device.place(lse),
                    losses.place);
            launcher.launchRows(KernelCatalog.TOTAL, 1, new float[]{1f / counted(targets)}, n, losses.place,
                    device.place(loss));
        }
    }

    void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss,
            Tensor dLogits) {
        int classes = logits.shape().last();
        int n = LaunchSizes.count(targets);
        LaunchSizes.check("crossEntropyGradient", logits, (long) n * classes);
        LaunchSizes.check("crossEntropyGradient", dLogits, (long) n * classes);
        launcher.launchElements(KernelCatalog.CROSS_ENTROPY_GRADIENT, (long) n * classes,
                new float[]{smoothing, 1f / counted(targets)},
                n, classes, device.place(logits), device.place(targets), device.place(lse), device.place(dLoss),
                device.place(dLogits));
    }
}
