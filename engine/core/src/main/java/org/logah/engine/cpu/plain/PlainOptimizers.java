package org.logah.engine.cpu.plain;

import static org.logah.engine.cpu.plain.PlainKernels.F;

import java.lang.foreign.MemorySegment;

import org.logah.engine.Kernels.AdamWStep;
import org.logah.engine.Tensor;

/** Optimizer steps, in place. */
final class PlainOptimizers {
    private PlainOptimizers() {}

    static void adamW(AdamWStep s, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
        MemorySegment p = parameter.segment();
        MemorySegment g = gradient.segment();
        MemorySegment m = firstMoment.segment();
        MemorySegment v = secondMoment.segment();
        double correction1 = 1 - Math.pow(s.beta1(), s.step());
        double correction2 = 1 - Math.pow(s.beta2(), s.step());
        for (long i = 0, n = parameter.elements(); i < n; i++) {
            double d = (double) g.getAtIndex(F, i) * s.gradientScale();
            double first = s.beta1() * (double) m.getAtIndex(F, i) + (1 - (double) s.beta1()) * d;
            double second = s.beta2() * (double) v.getAtIndex(F, i) + (1 - (double) s.beta2()) * d * d;
            m.setAtIndex(F, i, (float) first);
            v.setAtIndex(F, i, (float) second);
            double decayed = p.getAtIndex(F, i) * (1 - (double) s.learningRate() * s.weightDecay());
            double step = s.learningRate() / correction1 * first / (Math.sqrt(second / correction2) + s.eps());
            p.setAtIndex(F, i, (float) (decayed - step));
        }
    }
}
