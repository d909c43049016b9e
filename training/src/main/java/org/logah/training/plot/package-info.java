/** What charts are drawn on, and a histogram. */
@NullMarked
package org.logah.training.plot;

import org.jspecify.annotations.NullMarked;
