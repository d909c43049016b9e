package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

class ArchitectureDrawingTest {
    private static final Path PICTURE = Path.of("../docs/images/architecture.svg");

    /** {@code -Dlogah.write=true} on Maven's command line draws the picture anew. */
    @Test
    void thePictureShowsTheImportsThatThereAre() throws IOException {
        String svg = ArchitectureDrawing.svg(Path.of(".."));
        if (Boolean.getBoolean("logah.write")) Files.writeString(PICTURE, svg);
        else assertEquals(Files.readString(PICTURE), svg, "to draw the picture anew: mvn test -Dlogah.write=true");
    }
}
