/**
 * Parts that register themselves: a part is one class and one line in {@code META-INF/services}, and nothing else names it.
 */
@NullMarked
package org.logah.engine.part;

import org.jspecify.annotations.NullMarked;
