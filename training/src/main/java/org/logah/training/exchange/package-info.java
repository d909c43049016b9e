/** Weights from other programs into files of ours, and from ours into folders that other programs read. */
@NullMarked
package org.logah.training.exchange;

import org.jspecify.annotations.NullMarked;
