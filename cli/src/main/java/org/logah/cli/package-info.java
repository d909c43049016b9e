/** The command line: commands that parse, call and print. */
@NullMarked
package org.logah.cli;

import org.jspecify.annotations.NullMarked;
