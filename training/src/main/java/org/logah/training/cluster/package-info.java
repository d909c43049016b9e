/** Meta-training on several machines: what each of them has to know, and who brings them together. */
@NullMarked
package org.logah.training.cluster;

import org.jspecify.annotations.NullMarked;
