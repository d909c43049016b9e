package org.logah.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;

class DigestsTest {
    /** Not before it is asked for, and once. */
    @Test
    void whatReadsAllOfTheDataDoesSoOnce() {
        AtomicInteger reads = new AtomicInteger();
        Supplier<String> digest = Digests.once(() -> "digest " + reads.incrementAndGet());
        assertEquals(0, reads.get());
        assertEquals("digest 1", digest.get());
        assertEquals("digest 1", digest.get());
    }
}
