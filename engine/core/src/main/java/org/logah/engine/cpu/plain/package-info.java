/** Plain loops that sum in double: the definition of every operation. */
@NullMarked
package org.logah.engine.cpu.plain;

import org.jspecify.annotations.NullMarked;
