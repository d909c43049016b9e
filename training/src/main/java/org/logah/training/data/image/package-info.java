/** Images as data sets, each of one class. */
@NullMarked
package org.logah.training.data.image;

import org.jspecify.annotations.NullMarked;
