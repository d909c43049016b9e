/** What language models have in common, and generating text with them. */
@NullMarked
package org.logah.models.text;

import org.jspecify.annotations.NullMarked;
