/** Texts as data sets: windows of tokens at random places. */
@NullMarked
package org.logah.training.data.text;

import org.jspecify.annotations.NullMarked;
