package org.logah.bench.peers;

import org.jspecify.annotations.Nullable;

/** Something that computes the same as the others. */
interface Contestant extends AutoCloseable {
    String name();

    /** A workload ready to run again and again, or null where this contestant has no such thing. */
    @Nullable Operation prepare(Workload workload);

    @Override
    void close();

    /** A workload with its operands in place. */
    interface Operation extends AutoCloseable {
        void run();

        /** What it computed; empty for one that only moves memory. */
        float[] result();

        @Override
        default void close() {}
    }
}
