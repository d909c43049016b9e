package org.logah.ghn.features;

import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/** How the embedding tables of a hypernetwork start. */
public enum EmbeddingStart {
    /** Truncated normal with deviation {@code width^-1/2}, cut at 2 (GHN-3). */
    TRUNCATED_NORMAL,
    /** Standard normal (GHN-2). */
    STANDARD_NORMAL;

    /**
     * Fills a table with its start.
     *
     * @param table {@code [rows, width]}
     * @param random where the numbers come from
     */
    public void fill(Tensor table, RandomStream random) {
        switch (this) {
            case TRUNCATED_NORMAL -> random.fillTruncatedNormal(table, 0, 1 / Math.sqrt(table.shape().last()), -2, 2);
            case STANDARD_NORMAL -> random.fillNormal(table, 0, 1);
        }
    }
}
