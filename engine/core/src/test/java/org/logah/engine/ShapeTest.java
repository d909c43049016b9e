package org.logah.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

class ShapeTest {
    @Test
    void broadcastingFollowsNumpy() {
        assertEquals(Shape.of(4, 3), Shape.broadcast("add", Shape.of(4, 1), Shape.of(3)));
        assertEquals(Shape.of(2, 3), Shape.broadcast("add", Shape.scalar(), Shape.of(2, 3)));
        assertEquals(Shape.of(0, 3), Shape.broadcast("add", Shape.of(0, 3), Shape.of(1, 3)));
        var e = assertThrows(TensorException.class, () -> Shape.broadcast("add", Shape.of(4, 2), Shape.of(3)));
        assertTrue(e.getMessage().contains("add: [4, 2] and [3]"), e.getMessage());
    }

    @Test
    void viewsShareMemoryAndCheckTheirBounds() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Tensor t = device.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
            t.slice(1, 1).set(9f, 8f);
            assertEquals(9f, t.get(2));
            assertEquals(8f, t.reshape(Shape.of(6)).get(3));
            assertThrows(TensorException.class, () -> t.reshape(Shape.of(5)));
            assertThrows(TensorException.class, () -> t.slice(2, 2));
            assertThrows(TensorException.class, () -> t.set(1f));
        }
    }

    @Test
    void theErrorFunctionIsExactToDoublePrecision() {
        double[][] known = {{0, 0}, {0.1, 0.1124629160182849}, {0.5, 0.5204998778130465}, {1, 0.8427007929497149},
                {2, 0.9953222650189527},
                {3, 0.9999779095030014}, {-1.5, -0.9661051464753108}, {7, 1}};
        for (double[] pair : known) assertEquals(pair[1], Erf.of(pair[0]), 1e-14);
    }
}
