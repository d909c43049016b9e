/** Encoders, from features to one state per node: GatedGNN, Graphormer. */
@NullMarked
package org.logah.ghn.encoder;

import org.jspecify.annotations.NullMarked;
