package org.logah.engine.cpu.plain;

import static org.logah.engine.cpu.plain.PlainKernels.F;
import static org.logah.engine.cpu.plain.PlainKernels.I;

import java.lang.foreign.MemorySegment;

import org.logah.engine.Tensor;

/** Cross-entropy and its gradient. */
final class PlainLosses {
    private PlainLosses() {}

    static void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse) {
        int classes = logits.shape().last();
        MemorySegment x = logits.segment();
        double total = 0;
        int counted = 0;
        for (long r = 0, n = targets.elements(); r < n; r++) {
            long at = r * classes;
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < classes; j++) max = Math.max(max, x.getAtIndex(F, at + j));
            double sum = 0;
            double all = 0;
            for (int j = 0; j < classes; j++) {
                sum += Math.exp(x.getAtIndex(F, at + j) - max);
                all += x.getAtIndex(F, at + j);
            }
            double log = max + Math.log(sum);
            lse.segment().setAtIndex(F, r, (float) log);
            int target = targets.segment().getAtIndex(I, r);
            if (target < 0) continue;
            // A class that is masked out has the logit -Infinity, of which nothing is asked without smoothing.
            double even = smoothing == 0 ? 0 : smoothing * all / classes;
            total += log - (1 - smoothing) * x.getAtIndex(F, at + target) - even;
            counted++;
        }
        loss.segment().setAtIndex(F, 0, (float) (total / counted));
    }

    static void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss,
            Tensor dLogits) {
        int classes = logits.shape().last();
        MemorySegment x = logits.segment();
        MemorySegment o = dLogits.segment();
        double scale = dLoss.get(0) / (double) counted(targets);
        for (long r = 0, n = targets.elements(); r < n; r++) {
            long at = r * classes;
            int target = targets.segment().getAtIndex(I, r);
            double log = lse.segment().getAtIndex(F, r);
            for (int j = 0; j < classes; j++) {
                double p = Math.exp(x.getAtIndex(F, at + j) - log) - smoothing / classes;
                if (j == target) p -= 1 - smoothing;
                o.setAtIndex(F, at + j, target < 0 ? 0f : (float) (scale * p));
            }
        }
    }

    /** Rows whose target is a class. */
    static int counted(Tensor targets) {
        int counted = 0;
        MemorySegment classes = targets.segment();
        for (long r = 0, n = targets.elements(); r < n; r++) {
            if (classes.getAtIndex(I, r) >= 0) counted++;
        }
        return counted;
    }
}
