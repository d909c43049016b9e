package org.logah.cli;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

class PackageTableTest {
    @Test
    void thePageHasEachPackageInItsOwnWords() throws IOException {
        PagePart.check("architecture.md", "packages", PackageTable.markdown(Path.of("..")));
    }
}
