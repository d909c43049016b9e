package org.logah.tornado;

import java.util.Map;
import java.util.TreeMap;

/** Hands out ranges of one large array: the first that fits; what comes back is joined with its neighbours. Thread-safe. */
final class RangeAllocator {
    private static final int GRAIN = 16;
    private final TreeMap<Integer, Integer> free = new TreeMap<>();
    private final int size;
    private long used;

    RangeAllocator(int size) {
        this.size = size;
        if (size > 0) free.put(0, size);
    }

    /** The first element of a new range, or -1 if none is long enough. */
    synchronized int allocate(long wanted) {
        long count = (Math.max(1, wanted) + GRAIN - 1) / GRAIN * GRAIN;
        for (Map.Entry<Integer, Integer> e : free.entrySet()) {
            if (e.getValue() < count) continue;
            int at = e.getKey();
            int rest = e.getValue() - (int) count;
            free.remove(at);
            if (rest > 0) free.put(at + (int) count, rest);
            used += count;
            return at;
        }
        return -1;
    }

    synchronized void free(int at, long wanted) {
        int count = (int) ((Math.max(1, wanted) + GRAIN - 1) / GRAIN * GRAIN);
        used -= count;
        int start = at;
        int length = count;
        Map.Entry<Integer, Integer> before = free.lowerEntry(at);
        if (before != null && before.getKey() + before.getValue() == at) {
            start = before.getKey();
            length += before.getValue();
        }
        Integer after = free.remove(at + count);
        if (after != null) length += after;
        free.put(start, length);
    }

    synchronized long used() { return used; }

    int size() { return size; }

    /** The end of the last range that is in use. */
    synchronized int reached() {
        Map.Entry<Integer, Integer> last = free.lastEntry();
        return last != null && last.getKey() + last.getValue() == size ? last.getKey() : size;
    }
}
