/** Ours beside OpenBLAS and PyTorch, in one process and in turns. Built in the profile {@code peers} only. */
@NullMarked
package org.logah.bench.peers;

import org.jspecify.annotations.NullMarked;
