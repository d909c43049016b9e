/**
 * One run for every training: it does the steps of a learner ({@link org.logah.training.run.Learner}), validates, keeps metrics and
 * checkpoints, saves, and goes on from where it was ({@link org.logah.training.run.TrainingRun}).
 */
@NullMarked
package org.logah.training.run;

import org.jspecify.annotations.NullMarked;
