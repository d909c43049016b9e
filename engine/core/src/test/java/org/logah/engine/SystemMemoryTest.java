package org.logah.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.sun.management.ThreadMXBean;

class SystemMemoryTest {
    private static final long MB = 1 << 20;
    private static final SystemMemory MACHINE = new SystemMemory(8192 * MB, SystemMemory.UNLIMITED);
    private static final String V1 = "sys/fs/cgroup/memory/";
    private static final String V2 = "sys/fs/cgroup/";

    @TempDir
    Path root;

    @Test
    void withoutGroupsTheMachineDecides() throws IOException {
        machine();
        assertEquals(MACHINE, SystemMemory.read(root));
        file("proc/self/cgroup", "0::/user.slice\n");
        file(V2 + "user.slice/memory.max", "max\n");
        file(V2 + "user.slice/memory.current", 100 * MB + "\n");
        assertEquals(MACHINE, SystemMemory.read(root));
    }

    @Test
    void aContainerSeesItsOwnGroupAtTheTop() throws IOException {
        container(700, 300, 120);
        assertEquals(new SystemMemory(520 * MB, 700 * MB), SystemMemory.read(root));
    }

    @Test
    void theLeastOfAllGroupsAboveDecides() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/a/b/c\n");
        group2("a/b/c/", 900, 100, 0);
        group2("a/b/", 1000, 950, 250);
        group2("a/", 4000, 950, 250);
        assertEquals(new SystemMemory(300 * MB, 1000 * MB), SystemMemory.read(root));
        file(V2 + "a/memory.max", 800 * MB + "\n");
        assertEquals(new SystemMemory(100 * MB, 800 * MB), SystemMemory.read(root));
    }

    /** Otherwise the work grows with the lines times the depth times what each file holds. */
    @Test
    void aGroupIsReadOnceHoweverManyLinesLeadToIt() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/a/b/c\n0::/a/b/d\n".repeat(500));
        group2("a/b/c/", 900, 100, 0);
        group2("a/", 4000, 3500, 0);
        file(V2 + "a/memory.stat", "anon 1\n".repeat(500));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SystemMemory.read(root);
        long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals(new SystemMemory(500 * MB, 4000 * MB), SystemMemory.read(root));
        long made = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(made < 8 * MB, made + " bytes");
    }

    @Test
    void aGroupThatMayHaveMoreThanTheMachineHasFreeDoesNotCount() throws IOException {
        container(100_000, 300, 0);
        assertEquals(MACHINE, SystemMemory.read(root));
    }

    @Test
    void aGroupThatIsFullHasNothingLeft() throws IOException {
        container(700, 701, 0);
        assertEquals(new SystemMemory(0, 700 * MB), SystemMemory.read(root));
    }

    @Test
    void versionOneIsReadBesideVersionTwo() throws IOException {
        machine();
        file("proc/self/cgroup", "9:name=systemd:/\n4:memory:/docker/12ab\n1:cpu,cpuacct:/\n0::/\n");
        group1("docker/12ab/", 700 * MB, 600, 250);
        group1("", 0x7ffffffffffff000L, 9000, 10);
        assertEquals(new SystemMemory(350 * MB, 700 * MB), SystemMemory.read(root));
    }

    @Test
    void aPathOfTheMachineThatTheContainerDoesNotSeeMeansTheTop() throws IOException {
        machine();
        group1("", 700 * MB, 100, 0);
        for (String path : new String[]{"/docker/12ab", "/../../elsewhere", "//docker", "/", ""}) {
            file("proc/self/cgroup", "4:memory:" + path + "\n");
            assertEquals(new SystemMemory(600 * MB, 700 * MB), SystemMemory.read(root), path);
        }
    }

    @Test
    void whatIsMissingOrOddLimitsNothing() throws IOException {
        assertEquals(new SystemMemory(SystemMemory.UNLIMITED, SystemMemory.UNLIMITED), SystemMemory.read(root));
        for (String odd : new String[]{"", "\n", "max", "lots\n", "-1\n", "99999999999999999999\n", "\0\u00ff\n", ":::",
                "0::",
                "0::/\0", "4:memory:/\0/x"}) {
            file("proc/meminfo", odd);
            file("proc/self/cgroup", odd);
            assertEquals(SystemMemory.UNLIMITED, SystemMemory.read(root).free(), odd);
            file("proc/meminfo", "MemTotal: 1 kB\nMemAvailable: " + odd);
            file("proc/self/cgroup", "0::/\n4:memory:/\n");
            for (String folder : new String[]{V1, V2}) {
                for (String name : new String[]{"memory.max", "memory.current", "memory.stat", "memory.limit_in_bytes",
                        "memory.usage_in_bytes"})
                    file(folder + name, odd);
            }
            assertEquals(SystemMemory.UNLIMITED, SystemMemory.read(root).free(), odd);
        }
        // Without its usage a group's limit still holds.
        file(V2 + "memory.max", 700 * MB + "\n");
        assertEquals(new SystemMemory(700 * MB, 700 * MB), SystemMemory.read(root));
    }

    @Test
    void thisMachineAnswers() {
        assertTrue(SystemMemory.read(Path.of("/")).free() > 0);
        assertTrue(MemoryBudget.ofMachine().bytes() >= 0);
    }

    private void machine() throws IOException {
        file("proc/meminfo", "MemTotal:       24683692 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n");
    }

    /** On the machine, with a group of its own at the top, in MB. */
    private void container(long limit, long usage, long inactive) throws IOException {
        machine();
        file("proc/self/cgroup", "0::/\n");
        group2("", limit, usage, inactive);
    }

    private void group2(String path, long limit, long usage, long inactive) throws IOException {
        file(V2 + path + "memory.max", limit * MB + "\n");
        file(V2 + path + "memory.current", usage * MB + "\n");
        file(V2 + path + "memory.stat", "anon 1\nactive_file 7\ninactive_file " + inactive * MB + "\n");
    }

    private void group1(String path, long limit, long usage, long inactive) throws IOException {
        file(V1 + path + "memory.limit_in_bytes", limit + "\n");
        file(V1 + path + "memory.usage_in_bytes", usage * MB + "\n");
        file(V1 + path + "memory.stat", "inactive_file 5\ntotal_inactive_file " + inactive * MB + "\n");
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
