package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    /** TornadoVM's flags choose a garbage collector, and Java does not start where two are chosen. */
    @Test
    void noCollectorIsChosenBesideTornadoVmsOwn() throws IOException {
        String script = Files.readString(Path.of("../logah")).replace("\\\n", " ");
        List<String> starts = script.lines().map(String::strip)
                .filter(l -> !l.startsWith("#") && l.contains("tornado-argfile") && l.contains("/bin/java")).toList();
        assertEquals(1, starts.size(), "commands on a GPU have one start of their own");
        assertFalse(starts.get(0).contains("collector"), starts.get(0));
        List<String> chosen = script.lines().filter(l -> l.matches(".*-XX:\\+Use\\w*GC.*")).toList();
        assertEquals(1, chosen.size(), chosen.toString());
        assertEquals(0, chosen.get(0).indexOf("collector=("), "every choice of a collector is in this list");
    }

    /** A Java that says what it was started with. */
    private static final String JAVA = """
            #!/bin/sh
            for argument in "$@"; do
                case $argument in
                -version) echo 'openjdk version "25.0.1"' >&2; exit ;;
                -XX:AOTCacheOutput=*) echo archive >"${argument#*=}"; exit ;;
                esac
            done
            case $* in *--waiting*) trap 'echo STOPPED; exit 7' TERM ;; esac
            echo "STARTED $*"
            case $* in
            *--mistyped*) exit 2 ;;
            *--reading*) read line; echo "READ $line" ;;
            *--waiting*) while :; do sleep 0.1; done ;;
            esac
            """;

    @TempDir
    Path home;
    private int code;

    /** A folder with the script as it is, a program that needs no build, and that Java. */
    private void install() throws IOException {
        Path script = Files.copy(Path.of("../logah"), home.resolve("logah"));
        Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, JAVA);
        for (Path program : List.of(script, java, Files.writeString(java.resolveSibling("javac"), "")))
            assertTrue(program.toFile().setExecutable(true));
        Files.createFile(home.resolve("pom.xml"));
        for (String module : List.of("engine/core", "autograd", "models", "ghn", "training", "cli")) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
            Files.createFile(home.resolve(module).resolve("pom.xml"));
        }
        Files.createDirectories(home.resolve("cli/target"));
        Files.writeString(home.resolve("cli/target/logah.jar"), "newer than all of them");
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().keySet().removeAll(Set.of("TORNADOVM_HOME", "LOGAH_JAVA_OPTIONS"));
        return builder;
    }

    /** What the script and that Java say; the code of the script's end is kept. */
    private String said(String... command) throws IOException, InterruptedException {
        Process process = builder(command).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(said.contains("STARTED "), said);
        code = process.waitFor();
        return said;
    }

    @Test
    void onlyWhatComputesLoadsTheVectorModule() throws IOException, InterruptedException {
        install();
        String script = home.resolve("logah").toString();
        for (String line : List.of("demo", "train --steps 3", "train-ghn", "generate --weights x", "inspect x",
                "verify x",
                "devices", "predict --kernels vector", "predict --kernels=vector")) {
            String said = said((script + " " + line).split(" "));
            assertTrue(said.contains("--add-modules jdk.incubator.vector"), said);
        }
        for (String line : List.of("", "help", "--help", "-V", "trian --steps 3", "graph --model gpt2", "kernel",
                "help train",
                "predict --model gpt2", "train --help", "demo -h", "predict --kernels vector --help")) {
            String said = said((script + " " + line).strip().split(" "));
            assertFalse(said.contains("jdk.incubator.vector"), said);
        }
    }

    /** A command that fails is not to wait for what makes the next ones faster. */
    @Test
    void onlyACommandThatWorkedPreparesFasterStarts() throws IOException, InterruptedException {
        install();
        String script = home.resolve("logah").toString();
        String said = said(script, "predict", "--mistyped");
        assertFalse(said.contains("preparing"), said);
        assertEquals(List.of(), archives());
        assertEquals(2, code);
        said = said(script, "predict", "--model", "gpt2");
        assertTrue(said.indexOf("STARTED") < said.indexOf("preparing a faster start, once ..."), said);
        assertEquals(0, code);
        Path archive = archives().getFirst();
        said = said(script, "predict", "--model", "gpt2");
        assertTrue(said.contains("-XX:AOTCache=" + archive) && !said.contains("preparing"), said);
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("cli/target"))) {
            return files.filter(f -> f.toString().endsWith(".aot")).toList();
        }
    }

    /** Java does not use one of another JDK, or of a run with other flags, and says nothing of it. */
    @Test
    void anotherJdkPreparesFasterStartsOfItsOwn() throws IOException, InterruptedException {
        install();
        String script = home.resolve("logah").toString();
        said(script, "predict", "--model", "gpt2");
        List<Path> before = archives();
        Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25.0.2\"");
        assertTrue(said(script, "predict", "--model", "gpt2").contains("preparing a faster start"));
        assertEquals(2, archives().size());
        assertTrue(archives().containsAll(before), "what the first JDK has it keeps");
        assertFalse(said(script, "predict", "--model", "gpt2").contains("preparing"));
    }

    /** Two newcomers' terminals, or a script that starts several trainings. */
    @Test
    void startsAtTheSameTimeBuildOnce() throws IOException, InterruptedException {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(d -> Files.exists(Path.of(d, "flock"))),
                "no program 'flock'");
        install();
        Files.delete(home.resolve("cli/target/logah.jar"));
        Path maven = Files.createDirectories(home.resolve("bin")).resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\necho built >>builds; sleep 2; echo jar >cli/target/logah.jar\n");
        assertTrue(maven.toFile().setExecutable(true));
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ProcessBuilder builder = builder(home.resolve("logah").toString(), "graph");
            builder.environment().put("PATH", maven.getParent() + ":" + System.getenv("PATH"));
            starts.add(builder.start());
        }
        int waited = 0;
        for (Process p : starts) {
            String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, p.waitFor(), said);
            assertTrue(said.contains("STARTED "), said);
            if (said.contains("another start is building the program; waiting for it ...")) waited++;
        }
        assertEquals("built\n", Files.readString(home.resolve("builds")));
        assertEquals(2, waited);
    }

    /** As if Java had taken the script's place, which it does where nothing is left to prepare. */
    @Test
    void theFirstCommandReadsAndIsStoppedLikeOthers() throws IOException, InterruptedException {
        install();
        String script = home.resolve("logah").toString();
        assertTrue(said("sh", "-c", "echo words | " + script + " predict --reading").contains("READ words"));
        Files.delete(archives().getFirst());
        assertTrue(said("sh", "-c", script + " predict <&-").contains("preparing a faster start"));
        Files.delete(archives().getFirst());
        Process process = builder(script, "predict", "--waiting").start();
        try (BufferedReader out = process.inputReader()) {
            assertTrue(out.readLine().contains("STARTED"));
            process.toHandle().destroy(); // SIGTERM, and the stream stays open
            assertEquals("STOPPED", out.readLine());
            assertEquals(143, process.waitFor());
        }
        assertEquals(List.of(), archives());
    }

    @Test
    void javaIsToldOfTheTerminal() throws IOException, InterruptedException {
        install();
        String script = home.resolve("logah").toString();
        String piped = said(script, "graph");
        assertTrue(piped.contains("-Dlogah.terminal=false") && !piped.contains("logah.columns"), piped);
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no program 'script', which has terminals");
        String shown = said("script", "-qec", "stty cols 61 rows 20; " + script + " graph", "/dev/null");
        assertTrue(shown.contains("-Dlogah.terminal=true -Dlogah.columns=61 "), shown);
        String elsewhere = said("script", "-qec", "stty cols 61; " + script + " graph 2>" + home.resolve("err"),
                "/dev/null");
        assertTrue(elsewhere.contains("-Dlogah.terminal=false"), elsewhere);
    }

    /** What every newcomer sees. */
    @Test
    void messagesOfAFirstStartFitInto80Columns() throws IOException {
        List<String> messages = Files.readString(Path.of("../logah")).lines().map(String::strip)
                .filter(l -> l.startsWith("say \"") && l.contains(" once")).toList();
        assertEquals(2, messages.size(), messages.toString());
        for (String m : messages) assertTrue("logah: ".length() + m.length() - "say \"\"".length() <= 80, m);
    }
}
