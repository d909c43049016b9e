/**
 * Training: of one target ({@link org.logah.training.Trainer}) and of a hypernetwork on many
 * ({@link org.logah.training.MetaTrainer}).
 */
@NullMarked
package org.logah.training;

import org.jspecify.annotations.NullMarked;
