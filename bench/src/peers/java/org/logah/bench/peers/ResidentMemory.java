package org.logah.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the operating system says about this process' memory in use; Linux only. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    /** Whether this system tells. */
    static boolean isKnown() { return Files.isReadable(STATUS) && Files.isWritable(Path.of("/proc/self/clear_refs")); }

    /** Bytes in use now, from where the next {@link #peak} counts. */
    static long restart() throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        return read("VmRSS:");
    }

    /** The most bytes in use since {@link #restart}. */
    static long peak() throws IOException { return read("VmHWM:"); }

    private static long read(String key) throws IOException {
        List<String> lines = Files.readAllLines(STATUS);
        for (String line : lines) {
            if (line.startsWith(key)) return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
        throw new IOException(STATUS + " has no " + key);
    }
}
