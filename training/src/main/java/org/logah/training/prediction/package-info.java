/** From a hypernetwork and a target to a file of the target's parameters. */
@NullMarked
package org.logah.training.prediction;

import org.jspecify.annotations.NullMarked;
