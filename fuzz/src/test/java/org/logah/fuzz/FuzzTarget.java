package org.logah.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.logah.engine.TensorException;

/**
 * One reader of what comes from outside.
 *
 * @param name of the target, and of the folder of its seeds
 * @param place a folder of its own for the files that are read; what is said of a file must name it
 * @param reading what is done with an input
 * @param declared what an input that is refused may be refused with, beside an {@link IOException}
 */
record FuzzTarget(String name, Path place, Reading reading, Class<? extends Exception> declared) {
    /** Reads an input. */
    interface Reading { void read(byte[] input) throws IOException; }

    /** Reads a file. */
    interface FileReading { void read(Path file) throws IOException; }

    /** Reads a text that is in no file. */
    interface TextReading { void read(String text); }

    /** Turns an input into the content of a file. */
    interface Packing { byte[] file(byte[] input); }

    /** A target whose inputs are texts, of options for example. */
    static FuzzTarget ofText(String name, Path place, Class<? extends Exception> declared, TextReading reading) {
        return new FuzzTarget(name, place, input -> reading.read(new String(input, StandardCharsets.UTF_8)), declared);
    }

    /** A target whose inputs are files. */
    static FuzzTarget ofFile(String name, Path file, FileReading reading) {
        return ofFile(name, file, input -> input, reading);
    }

    /** A target whose inputs are safetensors files, written as {@link TensorText} reads them. */
    static FuzzTarget ofTensors(String name, Path file, FileReading reading) {
        return ofFile(name, file, input -> TensorText.file(new String(input, StandardCharsets.UTF_8)), reading);
    }

    /** A target whose inputs are brought into the form of a file first. */
    static FuzzTarget ofFile(String name, Path file, Packing packing, FileReading reading) {
        return new FuzzTarget(name, file.getParent(), input -> {
            Files.write(file, packing.file(input));
            reading.read(file);
        }, TensorException.class);
    }
}
