/** Files: safetensors, written beside and renamed; hostile input is assumed. */
@NullMarked
package org.logah.engine.io;

import org.jspecify.annotations.NullMarked;
