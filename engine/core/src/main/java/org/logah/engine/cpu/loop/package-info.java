/** Kernels in float as loops over arrays, which HotSpot turns into vector code by itself within milliseconds. */
@NullMarked
package org.logah.engine.cpu.loop;

import org.jspecify.annotations.NullMarked;
