/**
 * Tensors in files: safetensors, one file or several with an index, and what {@code torch.save} writes. Files are written beside their name and renamed when they are
 * complete; files that are read may be anything, so all that they claim is checked.
 */
@NullMarked
package org.logah.engine.io;

import org.jspecify.annotations.NullMarked;
