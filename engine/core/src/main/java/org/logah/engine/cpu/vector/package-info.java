/** Kernels on the Vector API, the only package that touches {@code jdk.incubator.vector}. */
@NullMarked
package org.logah.engine.cpu.vector;

import org.jspecify.annotations.NullMarked;
