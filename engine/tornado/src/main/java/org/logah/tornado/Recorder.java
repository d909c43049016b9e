package org.logah.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds sequences of launches that come again: a training step does the same work at the same places thousands of times. A
 * sequence seen {@link #REPEATS} times is worth compiling as one graph; which of its real numbers change (a learning rate) was
 * seen by then.
 */
final class Recorder {
    /** Launches of a sequence at most: what TornadoVM's graphs hold. */
    static final int LONGEST = 96;
    /** Times that a sequence is seen before it is recorded. */
    static final int REPEATS = 8;
    /** Sequences remembered; meta-training makes new ones at every step. */
    private static final int KEPT = 512;
    private final Map<Key, Sequence> sequences = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(List<Launch> launches, int hash) {
        @Override
        public int hashCode() { return hash; }

        @Override
        public boolean equals(Object o) {
            if (!(o instanceof Key k) || k.launches.size() != launches.size()) return false;
            for (int i = 0; i < launches.size(); i++) if (!launches.get(i).sameWork(k.launches.get(i))) return false;
            return true;
        }
    }

    /** Launches that follow one another, and how often they did. */
    static final class Sequence {
        private final List<Launch> launches;
        private final boolean[] varying;
        private int seen;
        private boolean recorded;

        private Sequence(List<Launch> launches) {
            this.launches = List.copyOf(launches);
            this.varying = new boolean[launches.size()];
        }

        List<Launch> launches() { return launches; }

        /** Whether launch {@code i} gets other real numbers from time to time. */
        boolean varies(int i) {
            return varying[i];
        }

        boolean recorded() { return recorded; }

        boolean isRipe() { return !recorded && launches.size() > 1 && seen >= REPEATS; }

        void markRecorded() { recorded = true; }

        /** Whether a graph of this sequence would do exactly that work with exactly those numbers. */
        boolean canReplay(List<Launch> now) {
            if (!recorded) return false;
            for (int i = 0; i < varying.length; i++)
                if (!varying[i] && !Arrays.equals(launches.get(i).f(), now.get(i).f())) return false;
            return true;
        }

        private void meet(List<Launch> now) {
            seen++;
            if (recorded) return;
            for (int i = 0; i < varying.length; i++)
                varying[i] |= !Arrays.equals(launches.get(i).f(), now.get(i).f());
        }
    }

    /** The sequence that does this work, counted once more. */
    Sequence see(List<Launch> now) {
        int hash = 1;
        for (Launch l : now) hash = 31 * hash + l.hashOfWork();
        List<Launch> copy = List.copyOf(now);
        Sequence s = sequences.computeIfAbsent(new Key(copy, hash), k -> new Sequence(k.launches));
        s.meet(copy);
        if (sequences.size() > KEPT) forgetOne();
        return s;
    }

    private void forgetOne() {
        for (Iterator<Sequence> i = sequences.values().iterator(); i.hasNext();) {
            if (i.next().recorded) continue;
            i.remove();
            return;
        }
    }

    /** What is recorded, and what came nearly as often as to be: one new plan for all of them. */
    List<Sequence> worthRecording() {
        List<Sequence> found = new ArrayList<>();
        for (Sequence s : sequences.values())
            if (s.recorded || s.launches.size() > 1 && s.seen >= REPEATS / 2) found.add(s);
        return found;
    }
}
