package org.logah.spark;

import java.io.Serializable;

/**
 * What an executor has to know of a training, beside the weights.
 *
 * @param run the training's number
 * @param job a {@link org.logah.training.cluster.MetaJob} as JSON
 * @param computing a {@link org.logah.training.cluster.NumericPlatform} as JSON
 * @param shippedData the name under which Spark brings the data; empty where each machine reads its own
 * @param halves whether gradients travel as BF16
 * @param host where the driver takes them in
 * @param port at which port
 */
record ExecutorTask(long run, String job, String computing, String shippedData, boolean halves, String host,
        int port) implements Serializable {}
