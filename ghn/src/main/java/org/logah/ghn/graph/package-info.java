/** A network's computational graph, traced from the network itself. */
@NullMarked
package org.logah.ghn.graph;

import org.jspecify.annotations.NullMarked;
