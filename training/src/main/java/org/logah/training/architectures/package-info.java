/** Files of architectures to meta-train on, and how their sizes are spread. */
@NullMarked
package org.logah.training.architectures;

import org.jspecify.annotations.NullMarked;
