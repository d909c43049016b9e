/** One target trained with several learning rates and seeds. */
@NullMarked
package org.logah.training.sweep;

import org.jspecify.annotations.NullMarked;
