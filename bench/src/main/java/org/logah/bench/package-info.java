/** JMH benchmarks: {@code ./logah bench [pattern]}. */
@NullMarked
package org.logah.bench;

import org.jspecify.annotations.NullMarked;
