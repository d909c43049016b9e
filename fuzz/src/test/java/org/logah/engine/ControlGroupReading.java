package org.logah.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@link SystemMemory} of an input: the files that Linux writes, one behind the other, with a zero byte between them. */
public final class ControlGroupReading {
    private static final List<String> FILES = List.of("proc/meminfo", "proc/self/cgroup", "sys/fs/cgroup/memory.max",
            "sys/fs/cgroup/memory.current", "sys/fs/cgroup/memory.stat", "sys/fs/cgroup/a/memory.max");
    private final Path root;

    public ControlGroupReading(Path root) throws IOException {
        this.root = root;
        for (String file : FILES) Files.createDirectories(root.resolve(file).getParent());
    }

    public void read(byte[] input) throws IOException {
        int from = 0;
        for (String file : FILES) {
            int to = from;
            while (to < input.length && input[to] != 0) to++;
            Files.write(root.resolve(file), java.util.Arrays.copyOfRange(input, Math.min(from, input.length), to));
            from = to + 1;
        }
        SystemMemory memory = SystemMemory.read(root);
        if (memory.free() < 0 || memory.limit() < 0) throw new IllegalStateException(memory.toString());
    }
}
