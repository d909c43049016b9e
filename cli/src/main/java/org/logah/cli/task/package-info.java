/** What hypernetworks are trained on: architectures of {@code models} as tasks of {@code ghn}, which do not know each other. */
@NullMarked
package org.logah.cli.task;

import org.jspecify.annotations.NullMarked;
