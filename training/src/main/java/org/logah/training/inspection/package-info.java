/** What a start's parameters are like, and whether they can be trained. */
@NullMarked
package org.logah.training.inspection;

import org.jspecify.annotations.NullMarked;
