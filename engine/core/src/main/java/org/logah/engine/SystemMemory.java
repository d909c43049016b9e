package org.logah.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The memory that Linux leaves to this process: the least of what the machine has free and of what each control group around the
 * process has left. Containers and services are limited by such groups, and a process that goes beyond is ended without a word.
 *
 * @param free bytes that may still be taken, {@link #UNLIMITED} where the system says nothing
 * @param limit bytes that the group with the least may have in all, {@link #UNLIMITED} where the machine itself has the least
 */
record SystemMemory(long free, long limit) {
    static final long UNLIMITED = Long.MAX_VALUE;

    /**
     * Reads what is left now. A file that is missing or odd limits nothing.
     *
     * @param root the folder of {@code proc} and {@code sys}; not {@code /} in tests only
     * @return the memory that is left
     */
    static SystemMemory read(Path root) {
        SystemMemory least = new SystemMemory(ofMachine(root.resolve("proc/meminfo")), UNLIMITED);
        Path groups = root.resolve("sys/fs/cgroup");
        Set<Group> seen = new HashSet<>();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) continue;
            if (parts[1].isEmpty()) { // version 2 is "0::/path", version 1 "4:memory:/path"; a machine may have both
                least = least.orLess(groups, parts[2], Version.TWO, seen);
            } else if (Arrays.asList(parts[1].split(",")).contains("memory")) {
                least = least.orLess(groups.resolve("memory"), parts[2], Version.ONE, seen);
            }
        }
        return least;
    }

    /** What is one for each of both versions: a group of version 2 may be where version 1 has its own. */
    private record Group(Version version, Path path) {}

    /** Walks from the group to the top, or to where it came by before: each group's limit holds for all below it. */
    private SystemMemory orLess(Path top, String path, Version version, Set<Group> seen) {
        SystemMemory least = this;
        for (Path g = group(top, path); g != null && g.startsWith(top)
                && seen.add(new Group(version, g)); g = g.getParent()) {
            SystemMemory its = version.of(g);
            if (its.free < least.free) least = its;
        }
        return least;
    }

    /** Inside a container the path may be one of the machine, of which only the top is mounted, or lead out of it. */
    private static Path group(Path top, String path) {
        try {
            Path group = top.resolve(path.replaceFirst("^/+", "")).normalize();
            return group.startsWith(top) ? group : top;
        } catch (InvalidPathException e) { // a name that no file can have, or not in this locale
            return top;
        }
    }

    private static long ofMachine(Path meminfo) {
        long kilobytes = field(meminfo, "MemAvailable:", UNLIMITED);
        return kilobytes > UNLIMITED / 1024 ? UNLIMITED : kilobytes * 1024;
    }

    /** The two versions of control groups, by the names of their files. */
    private enum Version {
        ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        TWO("memory.max", "memory.current", "inactive_file");

        private final String limit;
        private final String usage;
        private final String reclaimable;

        Version(String limit, String usage, String reclaimable) {
            this.limit = limit;
            this.usage = usage;
            this.reclaimable = reclaimable;
        }

        /** What a group has left. Copies of files that nobody uses count as used, but go as soon as memory is asked for. */
        SystemMemory of(Path group) {
            long all = number(first(lines(group.resolve(limit))), UNLIMITED); // unlimited is "max", or near 2^63
            long used = number(first(lines(group.resolve(usage))), 0);
            long copies = Math.min(used, field(group.resolve("memory.stat"), reclaimable, 0));
            return new SystemMemory(Math.max(0, all - (used - copies)), all);
        }
    }

    /** The number behind a name, in a file of such lines. */
    private static long field(Path file, String name, long otherwise) {
        for (String line : lines(file)) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 1 && words[0].equals(name)) return number(words[1], otherwise);
        }
        return otherwise;
    }

    private static String first(List<String> lines) { return lines.isEmpty() ? "" : lines.getFirst().strip(); }

    private static long number(String text, long otherwise) {
        try {
            long n = Long.parseLong(text);
            return n < 0 ? otherwise : n;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1); // any bytes are letters in it
        } catch (IOException e) {
            return List.of();
        }
    }
}
