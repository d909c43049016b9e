/** Vision transformers as torchvision builds them. */
@NullMarked
package org.logah.models.vit;

import org.jspecify.annotations.NullMarked;
