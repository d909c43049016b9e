/**
 * Reverse-mode differentiation. A {@link org.logah.autograd.Tape} records what {@link org.logah.autograd.Functions} do to
 * {@link org.logah.autograd.Variable}s, owns the results, and runs backwards once; {@link org.logah.autograd.Ops} is the one table
 * of operations and gradients. {@link org.logah.autograd.Parameters} are what networks are functions of. Knows none of the
 * packages below it.
 */
@NullMarked
package org.logah.autograd;

import org.jspecify.annotations.NullMarked;
