/** Target networks: what they share, how they are named, and how they start. */
@NullMarked
package org.logah.models;

import org.jspecify.annotations.NullMarked;
