/** Meta-training: tasks, the loop, checkpoints. */
@NullMarked
package org.logah.ghn.train;

import org.jspecify.annotations.NullMarked;
