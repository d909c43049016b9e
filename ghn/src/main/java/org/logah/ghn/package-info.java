/** Graph hypernetworks (LoGAH, GHN-3, GHN-2): an encoder, a decoder, and what joins them. */
@NullMarked
package org.logah.ghn;

import org.jspecify.annotations.NullMarked;
