/**
 * Weights of targets: in files of ours and of other programs, which files of a folder they are, what they are called, and whose they
 * are; and what a training starts from.
 */
@NullMarked
package org.logah.training.weights;

import org.jspecify.annotations.NullMarked;
