package org.logah.cli;

import java.io.IOException;

import org.junit.jupiter.api.Test;

class WorkedExampleTest {
    @Test
    void thePageShowsTheNumbersThatAreComputed() throws IOException {
        PagePart.check("architecture.md", "worked example", WorkedExample.table());
    }
}
