/**
 * The CPU device, its memory outside the Java heap, and the choice of its kernels. The kernels themselves are in packages of their
 * own: {@code plain} defines every operation, {@code loop} and {@code vector} are faster, {@code threads} shares their work out.
 */
@NullMarked
package org.logah.engine.cpu;

import org.jspecify.annotations.NullMarked;
