package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.training.exchange.ModelFolder;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a model is written: a file, or a folder of one with its configuration.
 *
 * @param path as it was written
 * @param isFolder whether it is there and a folder, or a slash behind it says that it is to be one
 */
record ModelOutput(Path path, boolean isFolder) {
    /** Before options are read. */
    static final ModelOutput NONE = new ModelOutput(Path.of(""), false);

    /** Reads an option. */
    static final class Converter implements ITypeConverter<ModelOutput> {
        @Override
        public ModelOutput convert(String text) {
            if (text.isBlank()) throw new TypeConversionException("a name of a file or folder is missing");
            Path path = Path.of(text);
            return new ModelOutput(path, text.endsWith("/") || Files.isDirectory(path));
        }
    }

    /** The folder, null for a file. */
    @Nullable
    ModelFolder folder() throws IOException { return isFolder ? new ModelFolder(path) : null; }
}
