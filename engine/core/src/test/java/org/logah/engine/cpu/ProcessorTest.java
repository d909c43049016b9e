package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessorTest {
    @TempDir
    Path root;

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void cache(int index, String level, String type, String size) throws IOException {
        String folder = "sys/devices/system/cpu/cpu0/cache/index" + index + "/";
        file(folder + "level", level + "\n");
        file(folder + "type", type + "\n");
        file(folder + "size", size + "\n");
    }

    @Test
    void linuxSaysNameAndCaches() throws IOException {
        file("proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R)  Xeon(R) CPU @ 2.30GHz\n\nmodel name\t: other\n");
        cache(0, "1", "Data", "48K");
        cache(1, "1", "Instruction", "32K");
        cache(2, "2", "Unified", "2048K");
        cache(3, "3", "Unified", "107520K");
        Processor p = Processor.ofLinux(root, List::of);
        assertEquals(new Processor("Intel(R) Xeon(R) CPU @ 2.30GHz", 48 << 10, 2 << 20, 105 << 20), p);
        assertEquals("Intel(R) Xeon(R) CPU @ 2.30GHz, 48 KB / 2 MB / 105 MB", p.describe());
    }

    @Test
    void whatIsMissingOrOddIsUnknown() throws IOException {
        assertEquals("unknown processor, 32 KB / 256 KB / 4 MB", Processor.ofLinux(root, List::of).describe());
        file("proc/cpuinfo", "Hardware : none\n");
        cache(0, "1", "Data", "many");
        cache(1, "9", "Unified", "1M");
        cache(2, "2", "Unified", "1280K");
        assertEquals("unknown processor, 32 KB / 1280 KB", Processor.ofLinux(root, List::of).describe());
    }

    /** A virtual machine may show no caches in {@code /sys}; they are not guessed where the processor itself can be asked. */
    @Test
    void whatSysLeavesOutTheConfigurationSays() throws IOException {
        file("proc/cpuinfo", "model name\t: AMD EPYC\n");
        List<String> said = List.of("PATH_MAX                           4096",
                "LEVEL1_ICACHE_SIZE                 32768",
                "LEVEL1_DCACHE_SIZE                 49152", "LEVEL1_DCACHE_ASSOC                12",
                "LEVEL2_CACHE_SIZE                  1048576", "LEVEL3_CACHE_SIZE                  532676608",
                "LEVEL4_CACHE_SIZE                  ");
        assertEquals("AMD EPYC, 48 KB / 1 MB / 508 MB", Processor.ofLinux(root, () -> said).describe());
        List<String> nothing = List.of("LEVEL1_DCACHE_SIZE 0", "LEVEL2_CACHE_SIZE undefined");
        assertEquals("AMD EPYC, 32 KB / 256 KB / 4 MB", Processor.ofLinux(root, () -> nothing).describe());
        cache(0, "1", "Data", "32K");
        assertEquals("AMD EPYC, 32 KB / 256 KB", Processor.ofLinux(root, () -> said).describe());
    }

    @Test
    void thisMachineHasCaches() {
        Processor here = Processor.here();
        assertTrue(here.firstLevel() >= 8 << 10 && here.secondLevel() >= here.firstLevel(), here::describe);
    }
}
