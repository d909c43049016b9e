/** Training one target network: loop, metrics, checkpoints. */
@NullMarked
package org.logah.models.train;

import org.jspecify.annotations.NullMarked;
