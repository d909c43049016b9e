/**
 * What one adds to this project from outside, each with one class and one line in {@code META-INF/services}: an encoder, a decoder,
 * a family of targets, a data set. Nothing in the main sources names them.
 */
@NullMarked
package org.logah.training.extension;

import org.jspecify.annotations.NullMarked;
