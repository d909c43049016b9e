/** Lifetime and reuse of native memory: pools, scopes and budgets. */
@NullMarked
package org.logah.engine.memory;

import org.jspecify.annotations.NullMarked;
