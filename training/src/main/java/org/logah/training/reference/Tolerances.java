package org.logah.training.reference;

/**
 * Largest deviations from reference numbers that pass, for each kind of number. Those of {@link #CPU} are two and a half to
 * five times the largest that were measured over all files with plain kernels, with loops and with vectors of 128, 256 and 512
 * bits: the rest is for processors that add in yet another order. What was measured stands below, first of a whole tensor,
 * then of one element.
 *
 * @param encoder node states; 2.0e-7 and 9.5e-7
 * @param predictions predicted parameters; 4.1e-7 and 1.8e-6
 * @param logits outputs of a target, a dozen layers of rounding away from its parameters; 7.0e-7 and 4.8e-6
 * @param loss one number; 2.1e-7
 * @param targetGradients gradients of a target's parameters; 4.1e-6 and 3.8e-5
 * @param hyperGradients gradients of a hypernetwork's weights; 2.2e-5 and 6.1e-5, both of a bias whose gradient is
 *        a sum that nearly cancels
 * @param steps losses and gradient norms over training steps; 5.6e-7 and 8.5e-7
 * @param targetWeights a target's parameters after training steps; 4.8e-7 and 2.7e-5
 * @param hyperWeights a hypernetwork's weights after training steps; 3.2e-5 and 4.7e-4, since Adam divides each gradient by
 *        its own size, and so makes the rounding of a small one as large as a step
 * @param small what cannot be compared at all
 */
public record Tolerances(Bound encoder, Bound predictions, Bound logits, Bound loss, Bound targetGradients,
        Bound hyperGradients, Bound steps, Bound targetWeights, Bound hyperWeights, SmallGradients small) {

    /**
     * What one group may deviate.
     *
     * @param tensor {@code ||ours - theirs|| / ||theirs||} of a tensor
     * @param element one element's deviation, over the root mean square of its tensor
     */
    public record Bound(double tensor, double element) {
        /** Nothing at all. */
        public static final Bound EXACT = new Bound(0, 0);
    }

    /**
     * Which gradients are too small to say anything.
     *
     * @param floor norm of a gradient difference that counts as none: gradients that are zero, or sums that cancel, are known
     *        to about 1e-7 in float32, and the reference's numbers as well as ours are
     * @param steady a weight whose gradients are smaller than this is not compared after Adam's steps, as rounding, about 1e-9
     *        here, decides where it goes
     * @param mostLeftOut the share of weights that may be left out for that; of the reference's files 0.2% are
     */
    public record SmallGradients(double floor, double steady, double mostLeftOut) {}

    /** What float32 on a CPU keeps. */
    public static final Tolerances CPU = new Tolerances(new Bound(1e-6, 3e-6), new Bound(1e-6, 6e-6),
            new Bound(2e-6, 1.5e-5), new Bound(1e-6, 1e-6), new Bound(2e-5, 1.5e-4), new Bound(1e-4, 3e-4),
            new Bound(2e-6, 3e-6), new Bound(2e-6, 1e-4), new Bound(1e-4, 2e-3),
            new SmallGradients(2e-7, 1e-6, 0.01));

    /** What an accelerator's own rounding keeps. */
    public static final Tolerances ACCELERATOR = accelerator(new Bound(1e-4, 3e-3));

    private static Tolerances accelerator(Bound all) {
        return new Tolerances(all, all, all, all, all, all, all, all, all,
                new SmallGradients(2e-7, 1e-5, 0.1));
    }
}
