/** Threads that share the work of one operation. */
@NullMarked
package org.logah.engine.cpu.threads;

import org.jspecify.annotations.NullMarked;
