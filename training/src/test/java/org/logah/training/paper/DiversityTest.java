package org.logah.training.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.logah.autograd.Parameters;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

class DiversityTest {
    @Test
    void theSameAndTheSameInAnotherOrderAreNotDiverse() {
        float[] a = {1, 2, 3, -4, 0.5f, 6};
        float[] otherOrder = {0.5f, 6, 1, 2, 3, -4};
        assertEquals(0, Diversity.distance(List.of(a, a.clone()), 3), 1e-12);
        assertEquals(0, Diversity.distance(List.of(a, otherOrder), 3), 1e-12);
        assertEquals(0, Diversity.distance(List.of(a, scaled(a, 7)), 3), 1e-12);
    }

    /** Rows (1, 0) and (0, 1) beside (0, 2) and (1, 0): crossed they are parallel, so the cosine is (2 + 1) / sqrt(2 * 5). */
    @Test
    void aPairByHand() {
        float[] a = {1, 0, 0, 1};
        float[] b = {0, 2, 1, 0};
        // Two of the four pairs are of a tensor with itself.
        assertEquals((1 - 3 / Math.sqrt(10)) / 2, Diversity.distance(List.of(a, b), 2), 1e-12);
    }

    /** Rows are matched by their cosines: by their products the long row (5, 0) would take (10, 10), and 51 would be more than 25. */
    @Test
    void aLongRowIsNotNearerForItsLength() {
        float[] a = {5, 0, 1, 1};
        float[] b = {10, 10, 1, 0};
        assertEquals((1 - 25 / Math.sqrt(27 * 201)) / 2, Diversity.distance(List.of(a, b), 2), 1e-12);
    }

    /**
     * Three of four pairs are of different tensors, so 0.75 would be of rows in any order. Matching makes them more alike, the more, the
     * more rows there are to choose from, and the shorter they are. Of eight seeds none is further off than 0.005.
     */
    @Test
    void aRandomStartIsAsDiverseAsMatchedRowsAre() {
        TargetNetwork vit = ModelCatalog.parse("vit:layers=4,heads=2,width=32,patch=4,image=8,classes=10");
        Map<Shape, Double> expected = Map.of(Shape.of(128, 32), 0.436, Shape.of(96, 32), 0.45, Shape.of(32, 32), 0.505,
                Shape.of(32, 128), 0.626);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Parameters random = vit.initialized(device, Initialization.RANDOM, new RandomStream(1));
            Map<Shape, Double> byShape = Diversity.byShape(vit, random);
            assertEquals(expected.keySet(), byShape.keySet());
            byShape.forEach((shape, d) -> assertEquals(expected.get(shape), d, 0.01, shape + " in " + byShape));
            assertEquals(byShape.values().stream().mapToDouble(d -> d).sum() / 4, Diversity.of(vit, random), 1e-12);
        }
    }

    private static float[] scaled(float[] a, float by) {
        float[] b = a.clone();
        for (int i = 0; i < b.length; i++) b[i] *= by;
        return b;
    }
}
