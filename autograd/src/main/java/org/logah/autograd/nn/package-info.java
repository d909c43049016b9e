/** Layers and networks as functions of named parameters. */
@NullMarked
package org.logah.autograd.nn;

import org.jspecify.annotations.NullMarked;
