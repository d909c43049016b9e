/** The CPU device: plain loops that define every operation, a worker pool, and the choice of kernels. */
@NullMarked
package org.logah.engine.cpu;

import org.jspecify.annotations.NullMarked;
