/** The training of one target: its steps, its losses, and what it makes of data that it did not see. */
@NullMarked
package org.logah.training.targets;

import org.jspecify.annotations.NullMarked;
