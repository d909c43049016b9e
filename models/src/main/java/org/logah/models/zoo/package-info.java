/** The 1K sets: random small architectures to meta-train on (LoGAH, section 4). */
@NullMarked
package org.logah.models.zoo;

import org.jspecify.annotations.NullMarked;
