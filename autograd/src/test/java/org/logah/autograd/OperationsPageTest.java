package org.logah.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;

import org.junit.jupiter.api.Test;

/** The page of operations is what the code says. {@code -Dpage=write} writes it anew. */
class OperationsPageTest {
    @Test
    void thePageIsWhatTheCodeSays() throws IOException {
        String page = OperationsPage.write();
        if ("write".equals(System.getProperty("page"))) Files.writeString(OperationsPage.FILE, page);
        String kept = Files.exists(OperationsPage.FILE) ? Files.readString(OperationsPage.FILE) : "";
        assertEquals(page, kept, "docs/ops.md is not what the code says; write it anew: " + OperationsPage.COMMAND);
    }
}
