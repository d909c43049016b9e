/** Files of reference numbers, recomputed and compared. */
@NullMarked
package org.logah.training.reference;

import org.jspecify.annotations.NullMarked;
