/** From a graph to one state per node: features, GatedGNN, Graphormer. */
@NullMarked
package org.logah.ghn.encoder;

import org.jspecify.annotations.NullMarked;
