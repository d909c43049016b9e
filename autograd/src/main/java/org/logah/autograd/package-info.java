/**
 * Reverse-mode differentiation: a {@link org.logah.autograd.Tape} records what {@link org.logah.autograd.Functions} do to
 * {@link org.logah.autograd.Variable}s; {@link org.logah.autograd.Ops} is the one table of operations and gradients.
 */
@NullMarked
package org.logah.autograd;

import org.jspecify.annotations.NullMarked;
