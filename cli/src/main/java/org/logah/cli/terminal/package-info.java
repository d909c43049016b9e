/** What the terminal shows while something runs, and what Ctrl-C does to it. */
@NullMarked
package org.logah.cli.terminal;

import org.jspecify.annotations.NullMarked;
