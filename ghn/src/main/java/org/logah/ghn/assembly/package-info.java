/** From raw decoder output to a target's parameters: copying what is too small, scaling, naming. */
@NullMarked
package org.logah.ghn.assembly;

import org.jspecify.annotations.NullMarked;
