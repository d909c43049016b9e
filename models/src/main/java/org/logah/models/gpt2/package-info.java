/** GPT-2 as Hugging Face builds it. */
@NullMarked
package org.logah.models.gpt2;

import org.jspecify.annotations.NullMarked;
