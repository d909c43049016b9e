/** Weights as other programs write them: which files of a folder they are, what they are called, and whose they are. */
@NullMarked
package org.logah.training.library;

import org.jspecify.annotations.NullMarked;
