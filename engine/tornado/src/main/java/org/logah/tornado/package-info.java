/** The device that computes on GPUs through TornadoVM; the only room that names it. */
@NullMarked
package org.logah.tornado;

import org.jspecify.annotations.NullMarked;
