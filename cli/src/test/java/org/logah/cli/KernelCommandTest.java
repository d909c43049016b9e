package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.logah.engine.DeviceProviders;

/** A build without the GPU device has no kernels to show, and says which build has; one with it lists them. */
class KernelCommandTest extends CommandLineTest {
    @Test
    void kernelsAreThoseOfTheGpuDevice() {
        if (DeviceProviders.all().isEmpty()) {
            for (String[] args : new String[][]{{"kernel"}, {"kernel", "product"}, {"kernel", "--width", "20"}})
                fails(1, DeviceProviders.NO_GPU, args);
        } else {
            assertTrue(works("kernel").out().lines().anyMatch("product"::equals));
        }
    }

    @Test
    void theWidthIsANumber() {
        fails(2, "Invalid value for option '--width'", "kernel", "--width", "wide");
        fails(2, "Invalid value for option '--width': 5 is less than 20", "kernel", "--width", "5");
    }
}
