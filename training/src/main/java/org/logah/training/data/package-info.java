/** What is trained on: mini-batches by number, and how a data set is found. The data sets themselves are in {@code text} and {@code image}. */
@NullMarked
package org.logah.training.data;

import org.jspecify.annotations.NullMarked;
