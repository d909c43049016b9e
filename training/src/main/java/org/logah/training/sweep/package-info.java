/** One target trained with several learning rates and seeds; what may be listed for several trainings. */
@NullMarked
package org.logah.training.sweep;

import org.jspecify.annotations.NullMarked;
