/**
 * Kernels in float as loops over arrays, which HotSpot turns into vector code by itself within milliseconds: for programs that end
 * soon, and for Java started without the Vector API.
 */
@NullMarked
package org.logah.engine.cpu.loop;

import org.jspecify.annotations.NullMarked;
