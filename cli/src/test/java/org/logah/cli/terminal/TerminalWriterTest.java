package org.logah.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

class TerminalWriterTest {
    /** However it is written. */
    @Test
    void nothingIsGluedToALiveLine() {
        Map<String, Consumer<TerminalWriter>> ways = Map.of("println", w -> w.println("logah: no"), "print",
                w -> w.print("logah: no\n"), "printf", w -> w.printf("logah: %s%n", "no"), "format",
                w -> w.format(Locale.ROOT, "logah: no%n"), "append", w -> w.append("logah: ").append("no\n"), "char",
                w -> w.append('l').append("ogah: no\n"), "object", w -> w.println((Object) "logah: no"), "chars",
                w -> w.println("logah: no".toCharArray()), "write", w -> w.write("logah: no\n"));
        ways.forEach((name, way) -> {
            Screen screen = new Screen(40);
            TerminalWriter w = screen.writer();
            w.live("step 1/9");
            w.live("step 2/9");
            way.accept(w);
            w.live("step 3/9");
            assertEquals(List.of("step 2/9", "logah: no", "step 3/9"), screen.lines(), name);
        });
    }

    @Test
    void anEmptyLineStaysEmpty() {
        Screen screen = new Screen(40);
        TerminalWriter w = screen.writer();
        w.live("step 1/9");
        w.println();
        w.print("x");
        w.flush();
        assertEquals(List.of("step 1/9", "", "x"), screen.lines());
    }

    /** A line that is longer than the window is cut while it is live, and whole in the end. */
    @Test
    void aLiveLineTakesOneLineOfAnyWindow() {
        Screen screen = new Screen(10);
        TerminalWriter w = screen.ofUnknownWidth();
        w.live("step 1/9  loss 4.5");
        w.live("step 2/9  loss 4.4");
        assertEquals(List.of("step 2/9  "), screen.lines());
        w.finish("step 9/9  loss 4.3");
        assertEquals(List.of("step 9/9  ", "loss 4.3", ""), screen.lines());
    }

    @Test
    void afterTheEndThereIsNoLiveLine() {
        Screen screen = new Screen(40);
        TerminalWriter w = screen.writer();
        w.live("step 1/9");
        w.conclude();
        w.live("step 2/9");
        w.println("interrupted at step 2");
        w.live("step 3/9");
        w.conclude();
        assertEquals(List.of("step 1/9", "interrupted at step 2", ""), screen.lines());
    }

    /** Shutdown hooks write from threads of their own. */
    @Test
    void messagesOfOtherThreadsHaveLinesOfTheirOwn() throws InterruptedException {
        Screen screen = new Screen(40);
        TerminalWriter w = screen.writer();
        Thread other = new Thread(() -> {
            for (int i = 0; i < 2000; i++) w.println("message " + i);
        });
        other.start();
        for (int i = 0; other.isAlive() || i < 2000; i++) w.live("step " + i);
        other.join();
        w.finish("done");
        List<String> messages = screen.lines().stream().filter(l -> l.contains("message")).toList();
        assertEquals(2000, messages.size());
        for (int i = 0; i < 2000; i++) assertEquals("message " + i, messages.get(i));
        assertTrue(screen.lines().stream().allMatch(l -> l.isEmpty() || l.matches("(message|step) \\d+|done")));
    }
}
