/**
 * One run for every training, which does its steps, validates, keeps metrics and checkpoints, saves, and goes on from where it was. The
 * run is {@link org.logah.training.run.TrainingRun}, what it runs a {@link org.logah.training.run.Learner}.
 */
@NullMarked
package org.logah.training.run;

import org.jspecify.annotations.NullMarked;
