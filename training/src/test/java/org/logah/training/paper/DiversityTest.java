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

    @Test
    void aRandomStartIsNearlyAsDiverseAsCanBe() {
        TargetNetwork vit = ModelCatalog.parse("vit:layers=4,heads=2,width=32,patch=4,image=8,classes=10");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Parameters random = vit.initialized(device, Initialization.RANDOM, new RandomStream(1));
            Map<Shape, Double> byShape = Diversity.byShape(vit, random);
            assertEquals(4, byShape.size(), byShape.toString());
            // Three of four pairs are of different tensors. Matching makes their rows more alike than chance.
            byShape.forEach((shape, d) -> assertEquals(0.75 * 0.7, d, 0.2, shape + " in " + byShape));
        }
    }

    private static float[] scaled(float[] a, float by) {
        float[] b = a.clone();
        for (int i = 0; i < b.length; i++) b[i] *= by;
        return b;
    }
}
