/** Curves and graphs as SVG and PNG. */
@NullMarked
package org.logah.cli.plot;

import org.jspecify.annotations.NullMarked;
