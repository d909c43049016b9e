package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

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
}
