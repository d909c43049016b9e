package org.logah.engine.cpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the machine says of its processor. Kernels are cut by the sizes of its caches, and measurements are kept by its kind.
 *
 * @param name as the maker calls it
 * @param firstLevel bytes of a core's first-level data cache
 * @param secondLevel bytes of the second-level cache
 * @param thirdLevel bytes of the third-level cache, 0 where there is none
 */
public record Processor(String name, long firstLevel, long secondLevel, long thirdLevel) {

    private static final long KB = 1024;
    /** Where the system says nothing: what most processors of the last ten years have at least. */
    private static final Processor UNKNOWN = new Processor("unknown processor", 32 * KB, 256 * KB, 4096 * KB);

    /** {@return this machine's, by {@code /proc} and {@code /sys} on Linux and {@code sysctl} on macOS} */
    public static Processor here() {
        return System.getProperty("os.name", "").startsWith("Mac") ? ofMac() : ofLinux(Path.of("/"));
    }

    /**
     * Reads Linux' description. What is missing or odd is taken as unknown.
     *
     * @param root the folder of {@code proc} and {@code sys}; not {@code /} in tests only
     */
    static Processor ofLinux(Path root) {
        String name = UNKNOWN.name;
        long[] levels = {UNKNOWN.firstLevel, UNKNOWN.secondLevel, 0};
        boolean any = false;
        try (BufferedReader in = Files.newBufferedReader(root.resolve("proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.startsWith("model name") || line.indexOf(':') < 0) continue;
                name = line.substring(line.indexOf(':') + 1).strip().replaceAll("\\s+", " ");
                break;
            }
        } catch (IOException e) {
            // Then it has no name.
        }
        try (DirectoryStream<Path> caches = Files.newDirectoryStream(
                root.resolve("sys/devices/system/cpu/cpu0/cache"), "index*")) {
            for (Path c : caches) {
                if (text(c.resolve("type")).equals("Instruction")) continue;
                String level = text(c.resolve("level"));
                long size = bytes(text(c.resolve("size")));
                if (!level.matches("[123]") || size <= 0) continue;
                levels[Integer.parseInt(level) - 1] = size;
                any = true;
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Then the sizes are unknown.
        }
        return new Processor(name, levels[0], levels[1], any ? levels[2] : UNKNOWN.thirdLevel);
    }

    private static String text(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1).strip() : "";
    }

    /** {@code 48K}, {@code 2M}; 0 for what is no size. */
    private static long bytes(String size) {
        if (!size.matches("\\d{1,9}[KMG]?")) return 0;
        long unit = size.endsWith("K") ? KB : size.endsWith("M") ? KB * KB : size.endsWith("G") ? KB * KB * KB : 1;
        return Long.parseLong(size.replaceAll("\\D", "")) * unit;
    }

    private static Processor ofMac() {
        String[] said = new String[3];
        try {
            Process p = new ProcessBuilder("sysctl", "-n", "machdep.cpu.brand_string", "hw.l1dcachesize",
                    "hw.l2cachesize").redirectErrorStream(true).start();
            try (BufferedReader in = p.inputReader(StandardCharsets.UTF_8)) {
                for (int i = 0; i < said.length; i++) said[i] = in.readLine();
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
        if (said[2] == null || bytes(said[1]) == 0 || bytes(said[2]) == 0) return UNKNOWN;
        return new Processor(said[0], bytes(said[1]), bytes(said[2]), 0);
    }

    /** {@return its name and its caches: {@code AMD EPYC, 32 KB / 1 MB / 32 MB}} */
    public String describe() {
        return name + ", " + size(firstLevel) + " / " + size(secondLevel)
                + (thirdLevel == 0 ? "" : " / " + size(thirdLevel));
    }

    private static String size(long bytes) {
        if (bytes % (KB * KB) == 0) return bytes / (KB * KB) + " MB";
        return bytes >= 4 * KB * KB
                ? String.format(Locale.ROOT, "%.1f MB", bytes / (double) (KB * KB))
                : bytes / KB + " KB";
    }
}
