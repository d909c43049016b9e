package org.logah.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A text that names something: an empty one, from a shell's unset variable, would mean the current folder. */
final class NotBlank implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        if (text.isBlank()) throw new TypeConversionException("a name is missing");
        return text;
    }
}
