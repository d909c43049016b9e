package org.logah.training.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class LruCacheTest {
    @Test
    void theOneThatWasNotAskedForTheLongestIsDropped() {
        LruCache<Integer, String> cache = new LruCache<>(3);
        List<Integer> computed = new ArrayList<>();
        for (int key : new int[]{1, 2, 3, 1, 4, 1, 3, 2, 4})
            assertEquals("of " + key, cache.get(key, k -> {
                computed.add(k);
                return "of " + k;
            }));
        assertEquals(List.of(1, 2, 3, 4, 2, 4), computed);
    }

    @Test
    void whatCannotBeComputedIsTriedAgain() {
        LruCache<Integer, String> cache = new LruCache<>(3);
        assertThrows(IllegalStateException.class, () -> cache.get(1, _ -> {
            throw new IllegalStateException();
        }));
        assertEquals("now", cache.get(1, _ -> "now"));
        assertEquals("now", cache.get(1, _ -> "later"));
    }

    /** While one key's value is computed, another's is; two who ask for the same get the same. */
    @Test
    void threadsWaitForTheirOwnKeyOnly() {
        LruCache<Integer, Object> cache = new LruCache<>(2);
        AtomicInteger computed = new AtomicInteger();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Object outer = cache.get(1, _ -> {
                    try {
                        return threads.submit(() -> cache.get(2, _ -> "inner")).get();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
                assertEquals("inner", outer);
                List<Future<Object>> all = new ArrayList<>();
                for (int i = 0; i < 50; i++) all.add(threads.submit(() -> cache.get(3, _ -> {
                    computed.incrementAndGet();
                    return new Object();
                })));
                for (Future<Object> one : all) assertSame(all.getFirst().get(), one.get());
            }
        });
        assertEquals(1, computed.get());
    }
}
