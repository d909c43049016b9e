/** From node states to raw tensors: the low-rank decoder of LoGAH and the convolutional one of GHN-2 and GHN-3. */
@NullMarked
package org.logah.ghn.decoder;

import org.jspecify.annotations.NullMarked;
