/**
 * Meta-training on Apache Spark. The driver is the process that was started: it has the weights and moves them. Executors compute
 * gradients, a task for each architecture of a step. Weights go out and gradients come back as streams of Spark's own transport,
 * from one process's tensors into the other's without a stop on the Java heap.
 */
@NullMarked
package org.logah.spark;

import org.jspecify.annotations.NullMarked;
