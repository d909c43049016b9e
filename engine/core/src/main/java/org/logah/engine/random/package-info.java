/** Seeded random numbers that are the same on every machine, in streams that can be split by name or number. */
@NullMarked
package org.logah.engine.random;

import org.jspecify.annotations.NullMarked;
