/** Recomputing files of reference numbers. */
@NullMarked
package org.logah.cli.verify;

import org.jspecify.annotations.NullMarked;
