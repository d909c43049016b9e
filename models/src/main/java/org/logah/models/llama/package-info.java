/** Llama as Hugging Face builds it. */
@NullMarked
package org.logah.models.llama;

import org.jspecify.annotations.NullMarked;
