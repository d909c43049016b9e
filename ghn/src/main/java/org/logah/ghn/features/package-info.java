/** Node features before message passing: embeddings of a node's primitive, its parameter's shape, and its rank among siblings. */
@NullMarked
package org.logah.ghn.features;

import org.jspecify.annotations.NullMarked;
