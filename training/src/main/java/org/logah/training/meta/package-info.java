/** Meta-training: sets of architectures, the hypernetwork's steps over them, and validation on others. */
@NullMarked
package org.logah.training.meta;

import org.jspecify.annotations.NullMarked;
