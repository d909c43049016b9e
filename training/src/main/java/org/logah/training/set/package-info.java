/** Files of architectures to meta-train on, and how their sizes are spread. */
@NullMarked
package org.logah.training.set;

import org.jspecify.annotations.NullMarked;
