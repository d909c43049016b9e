/**
 * Kernels that TornadoVM compiles for the device. Each takes the same block of arguments: {@code a} sizes and element offsets
 * (the order is in the kernel's first lines), {@code f} real numbers, {@code memory} the device's floats, {@code words} its
 * indices. A kernel is compiled once and serves every shape. Not allowed here, because TornadoVM compiles them to something
 * else without a word: {@code >>>}, conversions of half floats, {@code @Reduce}, exceptions (KernelRulesTest holds this).
 */
@NullMarked
package org.logah.tornado.kernel;

import org.jspecify.annotations.NullMarked;
