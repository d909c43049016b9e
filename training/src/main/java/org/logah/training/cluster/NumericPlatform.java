package org.logah.training.cluster;

import org.logah.engine.Device;

/**
 * What computes, as far as bits depend on it.
 *
 * @param choice which kernels to open: {@code auto}, {@code plain}, {@code loops} or {@code vector}
 * @param kernels which ones that gave: their name
 * @param java the Java version that runs them
 */
public record NumericPlatform(String choice, String kernels, int java) {
    /**
     * {@return what computes in this process}
     *
     * @param choice by which the device was opened
     * @param device the device
     */
    public static NumericPlatform here(String choice, Device device) {
        return new NumericPlatform(choice, device.kernels().name(), Runtime.version().feature());
    }
}
