/**
 * Plain loops that sum in double, on one thread: the definition of every operation. Faster kernels are tested against them, and
 * inherit from them what they have no faster way for.
 */
@NullMarked
package org.logah.engine.cpu.plain;

import org.jspecify.annotations.NullMarked;
