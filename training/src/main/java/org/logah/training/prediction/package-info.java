/** From a hypernetwork and a target to the target's parameters, in memory or in a file, and which hypernetworks fit which data. */
@NullMarked
package org.logah.training.prediction;

import org.jspecify.annotations.NullMarked;
