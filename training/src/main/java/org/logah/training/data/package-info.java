/** What is trained on: mini-batches by number, from texts and images. */
@NullMarked
package org.logah.training.data;

import org.jspecify.annotations.NullMarked;
