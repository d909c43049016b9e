/**
 * Values and the device contract: {@link org.logah.engine.Tensor}, {@link org.logah.engine.Shape},
 * {@link org.logah.engine.Device} and {@link org.logah.engine.Kernels}, one method per primitive operation.
 */
@NullMarked
package org.logah.engine;

import org.jspecify.annotations.NullMarked;
