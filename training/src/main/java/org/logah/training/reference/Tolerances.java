package org.logah.training.reference;

/**
 * Largest deviations allowed.
 *
 * @param values encoder, predictions, logits, loss
 * @param gradients gradients
 * @param steps losses and gradient norms over training steps
 * @param gradientFloor norm of a gradient difference that counts as none: gradients that are zero, or sums that cancel, are
 *        known to about 1e-7 in float32, and the reference's numbers as well as ours are
 */
public record Tolerances(double values, double gradients, double steps, double gradientFloor) {
    /** What float32 on a CPU keeps. */
    public static final Tolerances CPU = new Tolerances(1e-5, 1e-4, 1e-4, 2e-7);
    /** What an accelerator's own rounding keeps. */
    public static final Tolerances ACCELERATOR = new Tolerances(1e-4, 1e-4, 1e-4, 2e-7);
}
