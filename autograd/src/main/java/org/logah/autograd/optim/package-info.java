/** Optimizers, schedules, gradient clipping and moving averages. */
@NullMarked
package org.logah.autograd.optim;

import org.jspecify.annotations.NullMarked;
