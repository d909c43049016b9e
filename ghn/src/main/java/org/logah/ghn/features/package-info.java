/** What a node is before it has seen its neighbours: embeddings of its primitive and of its parameter's shape. */
@NullMarked
package org.logah.ghn.features;

import org.jspecify.annotations.NullMarked;
