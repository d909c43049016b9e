/** Decoders, from node states to raw tensors: LoGAH's, the convolutional one of GHN-2 and GHN-3, and ours. */
@NullMarked
package org.logah.ghn.decoder;

import org.jspecify.annotations.NullMarked;
