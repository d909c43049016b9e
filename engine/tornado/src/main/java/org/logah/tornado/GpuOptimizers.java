package org.logah.tornado;

import java.util.List;

import org.logah.engine.Kernels.AdamWSlot;
import org.logah.engine.Kernels.AdamWStep;
import org.logah.tornado.kernel.Optimizers;

/** Optimizer steps in place, as launches. */
final class GpuOptimizers {
    /** Parameters of one launch. */
    private static final int SLOTS = 100;
    private final GpuDevice device;
    private final Launcher launcher;

    GpuOptimizers(GpuDevice device, Launcher launcher) {
        this.device = device;
        this.launcher = launcher;
    }

    void adamW(AdamWStep s, List<AdamWSlot> slots) {
        double correction1 = 1 - Math.pow(s.beta1(), s.step());
        double correction2 = 1 - Math.pow(s.beta2(), s.step());
        float[] f = {s.gradientScale(), s.beta1(), (float) (1 - (double) s.beta1()), s.beta2(),
                (float) (1 - (double) s.beta2()), (float) (s.learningRate() / correction1),
                (float) (1 / Math.sqrt(correction2)), s.eps(),
                (float) (1 - (double) s.learningRate() * s.weightDecay())};
        for (int from = 0; from < slots.size(); from += SLOTS) {
            List<AdamWSlot> some = slots.subList(from, Math.min(slots.size(), from + SLOTS));
            int[] a = new int[5 * some.size()];
            long most = 0;
            for (int i = 0; i < some.size(); i++) {
                AdamWSlot slot = some.get(i);
                LaunchSizes.check("adamW", slot.gradient(), slot.parameter().elements());
                LaunchSizes.check("adamW", slot.m(), slot.parameter().elements());
                LaunchSizes.check("adamW", slot.v(), slot.parameter().elements());
                most = Math.max(most, slot.parameter().elements());
                a[5 * i] = LaunchSizes.count(slot.parameter());
                a[5 * i + 1] = device.place(slot.parameter());
                a[5 * i + 2] = device.place(slot.gradient());
                a[5 * i + 3] = device.place(slot.m());
                a[5 * i + 4] = device.place(slot.v());
            }
            launcher.launch(KernelCatalog.ADAM_W, a, f,
                    Math.min(Optimizers.MOST_GROUPS, Math.max(1, Launcher.groups(most))),
                    some.size(), 1);
        }
    }
}
