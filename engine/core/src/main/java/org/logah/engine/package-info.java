/**
 * What a tensor is and what a device has to do. That is values ({@link org.logah.engine.Tensor}, {@link org.logah.engine.Shape},
 * {@link org.logah.engine.DType}), their memory and how long it lives ({@link org.logah.engine.Storage},
 * {@link org.logah.engine.Scope}, {@link org.logah.engine.MemoryPool}, {@link org.logah.engine.MemoryBudget}), the contract of
 * devices ({@link org.logah.engine.Device}, {@link org.logah.engine.Kernels} with one method per primitive operation,
 * {@link org.logah.engine.DeviceProvider}), and the device that has shapes only ({@link org.logah.engine.MetaDevice}). Knows none
 * of the packages below it.
 */
@NullMarked
package org.logah.engine;

import org.jspecify.annotations.NullMarked;
