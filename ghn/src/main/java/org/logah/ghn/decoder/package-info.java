/** From node states to parameters: low-rank and convolutional decoders, tiling, scaling. */
@NullMarked
package org.logah.ghn.decoder;

import org.jspecify.annotations.NullMarked;
