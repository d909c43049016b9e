/** The experiments of the paper (LoGAH, arXiv 2405.16287, section 4), in its rows and columns, at three scales. */
@NullMarked
package org.logah.training.paper;

import org.jspecify.annotations.NullMarked;
