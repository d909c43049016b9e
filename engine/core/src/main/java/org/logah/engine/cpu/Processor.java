package org.logah.engine.cpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final Pattern CONFIGURED = Pattern.compile("LEVEL([123])_D?CACHE_SIZE\\s+(\\d{1,12})\\s*");
    /** Where the system says nothing: what most processors of the last ten years have at least. */
    private static final Processor UNKNOWN = new Processor("unknown processor", 32 * KB, 256 * KB, 4096 * KB);

    /**
     * {@return this machine's, by {@code /proc} and {@code /sys} on Linux, where a virtual machine may leave the caches out, by
     * {@code getconf}, which asks the processor itself, and by {@code sysctl} on macOS}
     */
    public static Processor here() {
        return System.getProperty("os.name", "").startsWith("Mac")
                ? ofMac()
                : ofLinux(Path.of("/"), () -> lines("getconf", "-a"));
    }

    /**
     * Reads Linux' description. What is missing or odd is taken as unknown.
     *
     * @param root the folder of {@code proc} and {@code sys}; not {@code /} in tests only
     * @param configuration what {@code getconf -a} prints; asked for where {@code sys} has no caches
     */
    static Processor ofLinux(Path root, Supplier<List<String>> configuration) {
        String name = UNKNOWN.name;
        long[] levels = {0, 0, 0};
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
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Then the sizes are unknown.
        }
        if (Arrays.stream(levels).allMatch(size -> size == 0)) levels = configured(configuration.get());
        boolean any = Arrays.stream(levels).anyMatch(size -> size > 0);
        return new Processor(name, levels[0] > 0 ? levels[0] : UNKNOWN.firstLevel,
                levels[1] > 0 ? levels[1] : UNKNOWN.secondLevel, any ? levels[2] : UNKNOWN.thirdLevel);
    }

    /** The sizes of three levels in lines like {@code LEVEL2_CACHE_SIZE 1048576}; 0 for those that are not there. */
    private static long[] configured(List<String> lines) {
        long[] levels = {0, 0, 0};
        for (String line : lines) {
            Matcher m = CONFIGURED.matcher(line);
            if (m.matches()) levels[Integer.parseInt(m.group(1)) - 1] = Long.parseLong(m.group(2));
        }
        return levels;
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
        List<String> said = lines("sysctl", "-n", "machdep.cpu.brand_string", "hw.l1dcachesize", "hw.l2cachesize");
        if (said.size() < 3 || bytes(said.get(1)) == 0 || bytes(said.get(2)) == 0) return UNKNOWN;
        return new Processor(said.get(0), bytes(said.get(1)), bytes(said.get(2)), 0);
    }

    /** What a program of the system prints; nothing where there is no such program. */
    private static List<String> lines(String... command) {
        try (BufferedReader in = new ProcessBuilder(command).redirectErrorStream(true).start()
                .inputReader(StandardCharsets.UTF_8)) {
            return in.lines().toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
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
