/** The main job at small scale: meta-train, predict an unseen model, train it from three starts. */
@NullMarked
package org.logah.cli.demo;

import org.jspecify.annotations.NullMarked;
