/** Seeded, splittable random numbers that are the same on every machine. */
@NullMarked
package org.logah.engine.random;

import org.jspecify.annotations.NullMarked;
