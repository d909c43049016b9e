package org.logah.autograd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.logah.autograd.Op.Definition;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * A primitive operation in three places, with no line anywhere else: its row, its plain loop and its case. A program that
 * uses the jars adds one of its own in the same way.
 */
final class OwnOperation {
    private OwnOperation() {}

    static final Op<Ops.Nothing> CUMULATIVE_SUM = new Op<>("cumulativeSum",
            new Definition("x [..., n]", "[..., n]", "y_i = sum_{j <= i} x_j", "dx_i = sum_{j >= i} dy_j"),
            (_, in) -> new Shape[]{in[0]},
            (k, _, in, out) -> k.plainLoop("cumulativeSum", () -> sums(in[0], out[0], false)), p -> {
                Tensor dx = p.fresh(p.dy().shape());
                p.kernels().plainLoop("cumulativeSum", () -> sums(p.dy(), dx, true));
                p.give(0, dx);
            });

    private static void sums(Tensor x, Tensor out, boolean backwards) {
        MemorySegment in = x.segment();
        MemorySegment o = out.segment();
        int n = x.shape().last();
        for (long row = 0; row < x.elements(); row += n) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                long at = row + (backwards ? n - 1 - i : i);
                sum += in.getAtIndex(ValueLayout.JAVA_FLOAT, at);
                o.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) sum);
            }
        }
    }

    static final OpCases.Case CASE = new OpCases.Case("cumulativeSum", CUMULATIVE_SUM,
            (d, r) -> new OpCases.Drawn(new Tensor[]{OpCases.normal(d, r, 3, 1 + r.nextInt(20))},
                    (f, in) -> f.tape().apply(CUMULATIVE_SUM, Ops.Nothing.NOTHING, in)));
}
