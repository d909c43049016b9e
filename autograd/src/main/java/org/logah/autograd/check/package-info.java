/** Checks gradients by central differences, for tests and for learners. */
@NullMarked
package org.logah.autograd.check;

import org.jspecify.annotations.NullMarked;
