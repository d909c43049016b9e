/**
 * Kernels on the Vector API: the fastest for programs that run for more than a few seconds. The only package that touches
 * {@code jdk.incubator.vector}, so that everything else runs without that module.
 */
@NullMarked
package org.logah.engine.cpu.vector;

import org.jspecify.annotations.NullMarked;
