/**
 * Training, step by step, of one target ({@link org.logah.training.Trainer}) and of a hypernetwork on many
 * ({@link org.logah.training.meta.MetaTrainer}); and the run that does the steps of either, saves them and goes on from where it was
 * ({@link org.logah.training.TrainingRun}).
 */
@NullMarked
package org.logah.training;

import org.jspecify.annotations.NullMarked;
