package org.logah.tornado;

import java.util.Locale;

import org.logah.engine.MemoryBudget;

/**
 * What a device did since it was opened.
 *
 * @param kernels kernels compiled
 * @param compileSeconds their first executions, compilation included, and the making of recorded graphs
 * @param launches kernels run
 * @param graphs sequences of launches that are recorded as graphs
 * @param replays how often one of them was run
 * @param bytesIn bytes of tensors sent to the device
 * @param bytesOut bytes of tensors read back
 * @param memory bytes of device memory in use
 */
public record LaunchReport(int kernels, double compileSeconds, long launches, int graphs, long replays, long bytesIn,
        long bytesOut, long memory) {
    @Override
    public String toString() {
        String replayed = graphs == 0
                ? ""
                : String.format(Locale.ROOT, ", %d graphs replayed %d times", graphs, replays);
        return String.format(Locale.ROOT,
                "%d kernels compiled in %.1f s, %d launches%s, %s in, %s out, %s on the device",
                kernels, compileSeconds, launches, replayed, MemoryBudget.format(bytesIn),
                MemoryBudget.format(bytesOut), MemoryBudget.format(memory));
    }
}
