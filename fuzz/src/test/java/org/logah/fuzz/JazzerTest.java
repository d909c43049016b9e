package org.logah.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Inputs that Jazzer makes, guided by the code that they reach: a few in each build, and with {@code -Dlogah.fuzz=1000000} as many
 * for each target, or for those that {@code -Dlogah.fuzz.targets=index,model} names. What reached new code is kept in
 * {@code target/fuzz}, and a later run begins with it.
 */
class JazzerTest {
    private static final String RUNS = "logah.fuzz";
    private static final Path FOLDER = Path.of("target/fuzz").toAbsolutePath();
    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+)");

    static Set<String> targets() throws IOException {
        String chosen = System.getProperty("logah.fuzz.targets", "");
        return chosen.isEmpty() ? ReadersTest.targets() : new TreeSet<>(List.of(chosen.split(",")));
    }

    /** A Jazzer that cannot read the JDK's class files finds nothing, and says so in a warning only. */
    @Test
    void jazzerSeesWhichCodeInputsReach(@TempDir Path empty) throws Exception {
        Path log = FOLDER.resolve("short.log");
        assertEquals(0, run("curve", 500, empty, log, "-XX:TieredStopAtLevel=1"), () -> text(log));
        List<Integer> coverage = COVERAGE.matcher(text(log)).results()
                .map((MatchResult m) -> Integer.parseInt(m.group(1))).toList();
        assertTrue(coverage.size() > 2 && coverage.getLast() > coverage.getFirst() && coverage.getLast() > 100,
                coverage.toString());
    }

    @EnabledIfSystemProperty(named = RUNS, matches = "\\d+")
    @ParameterizedTest
    @MethodSource("targets")
    void asManyInputsAsAskedFor(String target) throws Exception {
        Path log = FOLDER.resolve(target + ".log");
        int code = run(target, Integer.getInteger(RUNS), Files.createDirectories(FOLDER.resolve(target)), log,
                "-XX:+TieredCompilation");
        String said = text(log);
        assertEquals(0, code, said.substring(Math.max(0, said.indexOf("== Java Exception"))));
        List<String> lines = said.lines().filter(l -> l.contains("DONE") || l.startsWith(target + ": ")).toList();
        System.out.println(target + ": " + String.join("; ", lines));
    }

    /** What is no UTF-8 in an input is none in the log either. */
    private static String text(Path log) {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs Jazzer in a process of its own, which it changes beyond repair; returns its exit code. */
    private static int run(String target, int runs, Path found, Path log, String compilation)
            throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-XX:+EnableDynamicAgentLoading", "-XX:+UseSerialGC",
                compilation, "-Xmx1g",
                "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + JazzerTarget.class.getName(), "--target_args=" + target,
                "--instrumentation_includes=org.logah.**:com.google.gson.**",
                "--instrumentation_excludes=org.logah.fuzz.**",
                "--custom_hook_includes=org.logah.**:com.google.gson.**",
                "-timeout=10", "-max_len=8192", "-reload=0", "-runs=" + runs, "-seed=1", found.toString(),
                Corpus.FOLDER.resolve(target).toAbsolutePath().toString());
        ProcessBuilder builder = new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Process process = builder.start();
        try {
            // Each run by itself ends; a tool that hangs must not hang the build.
            assertTrue(process.waitFor(runs / 100L + 600, TimeUnit.SECONDS), () -> "Jazzer does not end: " + log);
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
