package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.engine.DeviceProvider.KernelTranslation;

/** Every kernel can be shown as it is written and as TornadoVM generates it, and none of them runs for that. */
class KernelTranslatorTest {
    @BeforeAll
    static void requireDevice() { TestDevices.requireOne(); }

    static List<GpuKernel> kernels() { return KernelCatalog.all(); }

    @ParameterizedTest
    @MethodSource("kernels")
    void showsBothSides(GpuKernel kernel) {
        KernelTranslation both = new TornadoProvider().kernel(kernel.name());
        assertTrue(both.written().contains("public static void " + kernel.name() + "("), both.written());
        assertTrue(both.generated().lines().findFirst().orElse("").contains("void " + kernel.name() + "("),
                both.generated());
        assertEquals(2, both.generated().split("void [a-zA-Z]+\\(", -1).length, "more than one kernel is shown");
    }
}
