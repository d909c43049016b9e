/** Text and images, cut into batches that depend on nothing but seed and step. */
@NullMarked
package org.logah.models.data;

import org.jspecify.annotations.NullMarked;
