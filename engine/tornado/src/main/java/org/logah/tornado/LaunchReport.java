package org.logah.tornado;

import java.util.Locale;

import org.logah.engine.memory.MemoryBudget;

/**
 * What a device did since it was opened.
 *
 * @param kernels kernels compiled
 * @param compileSeconds their first executions, compilation included
 * @param launches kernels run
 * @param bytesIn bytes of tensors sent to the device
 * @param bytesOut bytes of tensors read back
 * @param memory bytes of device memory in use
 */
public record LaunchReport(int kernels, double compileSeconds, long launches, long bytesIn, long bytesOut,
        long memory) {
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d kernels compiled in %.1f s, %d launches, %s in, %s out, %s on the device",
                kernels, compileSeconds, launches, MemoryBudget.format(bytesIn), MemoryBudget.format(bytesOut),
                MemoryBudget.format(memory));
    }
}
