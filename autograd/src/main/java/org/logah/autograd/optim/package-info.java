/** Optimizers and their state in files, learning-rate schedules, gradient clipping and moving averages of parameters. */
@NullMarked
package org.logah.autograd.optim;

import org.jspecify.annotations.NullMarked;
