/** What a job costs: memory before it starts, time per operation after it. */
@NullMarked
package org.logah.training.measure;

import org.jspecify.annotations.NullMarked;
