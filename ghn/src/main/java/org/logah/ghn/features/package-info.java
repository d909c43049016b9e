/** What a node is before it has seen its neighbours: embeddings of its primitive, of its parameter's shape, and of its place among its siblings. */
@NullMarked
package org.logah.ghn.features;

import org.jspecify.annotations.NullMarked;
