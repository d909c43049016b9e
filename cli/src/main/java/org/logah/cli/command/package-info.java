/** One class per command: options, the call, what is printed. */
@NullMarked
package org.logah.cli.command;

import org.jspecify.annotations.NullMarked;
