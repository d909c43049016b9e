/** Experiments: starts compared, with tables and plots. */
@NullMarked
package org.logah.training.experiment;

import org.jspecify.annotations.NullMarked;
