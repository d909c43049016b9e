package org.logah.tornado;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Tensor;
import org.logah.tornado.kernel.FlashAttention;

/** Attention and its gradient as launches. */
final class GpuAttention {
    private final GpuDevice device;
    private final Launcher launcher;

    GpuAttention(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    /** Arguments that all attention kernels share; the places of what only some write are zero here. */
    private int[] arguments(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        long lastQuery = a.queryStart(a.batch() - 1, a.heads() - 1) + (long) (a.queries() - 1) * a.qStride();
        long lastRow = (long) (a.keys() - 1) * a.kvStride() + a.headSize();
        LaunchSizes.check("attention", q, lastQuery + a.headSize());
        LaunchSizes.check("attention", k, a.keyStart(a.batch() - 1, a.heads() - 1) + lastRow);
        LaunchSizes.check("attention", v, a.valueStart(a.batch() - 1, a.heads() - 1) + lastRow);
        LaunchSizes.check("attention", out, (long) a.batch() * a.queries() * a.outStride());
        LaunchSizes.check("attention", lse, (long) a.batch() * a.heads() * a.queries());
        boolean batched = bias != null && bias.shape().rank() == 4;
        if (bias != null)
            LaunchSizes.check("attention", bias, (long) (batched ? a.batch() : 1) * a.heads() * a.queries() * a.keys());
        int[] args = new int[22];
        args[0] = a.headSize();
        args[1] = a.queries();
        args[2] = a.keys();
        args[3] = a.causal() ? 1 : 0;
        args[4] = a.heads();
        args[5] = a.qStride();
        args[6] = device.place(q) + a.qOffset();
        args[7] = a.kvStride();
        args[8] = device.place(k) + a.kOffset();
        args[9] = device.place(v) + a.vOffset();
        args[10] = Math.toIntExact(a.keyBatchStride());
        args[11] = bias == null ? -1 : device.place(bias);
        args[12] = batched ? 1 : 0;
        args[13] = device.place(out);
        args[14] = device.place(lse);
        args[21] = a.batch();
        return args;
    }

    private static boolean isEmpty(Attention a) { return a.batch() == 0 || a.heads() == 0 || a.queries() == 0; }

    void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        if (isEmpty(a)) return;
        launcher.launch(KernelCatalog.ATTENTION, arguments(a, q, k, v, bias, out, lse), new float[]{a.scale()},
                attentionTiles(a, a.queries()), a.heads(), a.batch());
    }

    /** Tiles of queries or keys, each for all columns of a head. */
    private static int attentionTiles(Attention a, int lines) {
        return LaunchSizes.tiles(lines, FlashAttention.SIDE) * LaunchSizes.tiles(a.headSize(), FlashAttention.SIDE);
    }

    void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out,
            Tensor lse, Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias) {
        if (isEmpty(a)) return;
        int[] args = arguments(a, q, k, v, bias, out, lse);
        LaunchSizes.check("attentionGradient", dOut, out.elements());
        LaunchSizes.check("attentionGradient", dq, q.elements());
        LaunchSizes.check("attentionGradient", dk, k.elements());
        LaunchSizes.check("attentionGradient", dv, v.elements());
        float[] scale = {a.scale()};
        int rows = a.batch() * a.heads() * a.queries();
        try (OperationMemory means = new OperationMemory(device, rows, DType.F32)) {
            args[15] = device.place(dOut);
            args[16] = means.place;
            args[17] = device.place(dq) + a.qOffset();
            args[18] = device.place(dk) + a.kOffset();
            args[19] = device.place(dv) + a.vOffset();
            args[20] = dBias == null ? 0 : device.place(dBias);
            launcher.launch(KernelCatalog.ATTENTION_ROW_MEANS, args, Launcher.NO_REALS, Launcher.groups(rows), 1, 1);
            launcher.launch(KernelCatalog.ATTENTION_QUERY_GRADIENT, args, scale,
                    attentionTiles(a, a.queries()), a.heads(), a.batch());
            if (a.keys() == 0) return;
            launcher.launch(KernelCatalog.ATTENTION_KEY_GRADIENT, args, scale, attentionTiles(a, a.keys()), a.heads(),
                    a.batch());
            if (dBias != null && bias != null) {
                LaunchSizes.check("attentionGradient", dBias, bias.elements());
                launcher.launch(KernelCatalog.ATTENTION_BIAS_GRADIENT, args, scale,
                        Launcher.groups(dBias.elements()), 1, 1);
            }
        }
    }
}
