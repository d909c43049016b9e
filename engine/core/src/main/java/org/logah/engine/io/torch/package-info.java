/**
 * What {@code torch.save} writes: a zip archive, or the format before it, around a pickle of tensors by name. Pickles are programs; of
 * theirs only the instructions and names are known here that a state dict is made of, so nothing in a file is ever run.
 */
@NullMarked
package org.logah.engine.io.torch;

import org.jspecify.annotations.NullMarked;
