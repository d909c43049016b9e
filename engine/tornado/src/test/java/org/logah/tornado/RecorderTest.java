package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.logah.tornado.Recorder.Sequence;

/** Which sequences of launches are recorded, and when a recording may stand in for them. Needs no device. */
class RecorderTest {
    private static Launch launch(int place, float number) {
        return new Launch(KernelCatalog.FILL, new int[]{3, place}, new float[]{number}, 1, 1, 1);
    }

    private static Sequence seen(Recorder r, int times, List<Launch> launches) {
        Sequence s = r.see(launches);
        for (int i = 1; i < times; i++) assertSame(s, r.see(launches));
        return s;
    }

    @Test
    void whatComesOftenIsRipe() {
        Recorder r = new Recorder();
        List<Launch> step = List.of(launch(0, 1f), launch(16, 2f));
        Sequence s = seen(r, Recorder.REPEATS - 1, step);
        assertFalse(s.isRipe());
        assertFalse(s.canReplay(step));
        assertSame(s, r.see(step));
        assertTrue(s.isRipe());
        assertEquals(List.of(s), r.worthRecording());
        s.markRecorded();
        assertFalse(s.isRipe());
        assertTrue(s.canReplay(List.of(launch(0, 1f), launch(16, 2f))));
    }

    @Test
    void aLaunchAloneIsNotWorthIt() { assertFalse(seen(new Recorder(), 20, List.of(launch(0, 1f))).isRipe()); }

    @Test
    void otherPlacesGroupsOrKernelsAreOtherSequences() {
        Recorder r = new Recorder();
        Launch first = launch(0, 1f);
        Sequence s = r.see(List.of(first, launch(16, 2f)));
        assertNotSame(s, r.see(List.of(first, launch(32, 2f))));
        assertNotSame(s, r.see(List.of(first)));
        assertNotSame(s,
                r.see(List.of(first, new Launch(KernelCatalog.FILL, new int[]{3, 16}, new float[]{2f}, 2, 1, 1))));
        assertNotSame(s,
                r.see(List.of(first, new Launch(KernelCatalog.AFFINE, new int[]{3, 16}, new float[]{2f}, 1, 1, 1))));
    }

    /** A learning rate may change from step to step; a number that never did before the recording may not. */
    @Test
    void numbersThatChangedBeforeMayChangeAgain() {
        Recorder r = new Recorder();
        for (int i = 0; i < Recorder.REPEATS; i++) r.see(List.of(launch(0, 1f), launch(16, i)));
        Sequence s = r.see(List.of(launch(0, 1f), launch(16, 99f)));
        s.markRecorded();
        assertFalse(s.varies(0));
        assertTrue(s.varies(1));
        assertTrue(s.canReplay(List.of(launch(0, 1f), launch(16, 1000f))));
        assertFalse(s.canReplay(List.of(launch(0, 2f), launch(16, 99f))));
        r.see(List.of(launch(0, 2f), launch(16, 99f)));
        assertFalse(s.canReplay(List.of(launch(0, 2f), launch(16, 99f))));
    }

    @Test
    void onlySoManyAreRememberedButRecordedOnesStay() {
        Recorder r = new Recorder();
        List<Launch> step = List.of(launch(0, 1f), launch(16, 2f));
        Sequence s = seen(r, Recorder.REPEATS, step);
        s.markRecorded();
        List<Launch> rare = List.of(launch(1, 1f), launch(2, 2f));
        Sequence forgotten = r.see(rare);
        for (int i = 0; i < 2000; i++) r.see(List.of(launch(100 + i, 1f), launch(16, 2f)));
        assertSame(s, r.see(step));
        assertNotSame(forgotten, r.see(rare));
    }
}
