package org.logah.training.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.logah.training.data.text.ByteText;

/** The files of an experiment's folder. */
public final class RunFolderReading {
    private static final StartComparison.Data DATA = StartComparison.Data.same(new ByteText("a text"));
    private static final ComparisonConfig CONFIG = ComparisonConfig.standard(1);

    private RunFolderReading() {}

    public static Path curveFile(Path folder) throws IOException {
        return Files.createDirectories(folder.resolve("runs")).resolve("random-0.001-1.json");
    }

    public static void curve(Path folder) throws IOException {
        Curve curve = new RunFolder(folders(folder)).curve(1, "random", 0.001, "");
        if (curve != null) curve.last();
    }

    public static void require(Path folder) throws IOException { new RunFolder(folders(folder)).require(DATA, CONFIG); }

    private static StartComparison.Folders folders(Path folder) { return new StartComparison.Folders(folder, folder); }
}
