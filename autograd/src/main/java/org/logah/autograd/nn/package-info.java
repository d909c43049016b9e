/** Layers and networks as functions of named parameters: they say which parameters they need and own none. */
@NullMarked
package org.logah.autograd.nn;

import org.jspecify.annotations.NullMarked;
