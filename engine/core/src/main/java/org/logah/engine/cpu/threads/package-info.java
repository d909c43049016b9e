/** A fixed set of threads that shares the work of one operation, or of several independent computations. */
@NullMarked
package org.logah.engine.cpu.threads;

import org.jspecify.annotations.NullMarked;
