package org.logah.training.architectures;

import java.io.IOException;
import java.nio.file.Path;

import org.logah.engine.io.Utf8;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.training.meta.ArchitectureSet;

/**
 * Which architectures a hypernetwork learns on, in words: the name of a registered set, or that of a file with the file's text.
 * Another process makes the same set of it without the file.
 *
 * @param name of a set, or of a file where {@link ArchitectureFile#isFile} says so
 * @param text the file's; empty for a registered set
 */
public record ArchitectureChoice(String name, String text) {
    /**
     * {@return the choice that a user's word stands for}
     *
     * @param name of a set or a file, which is read
     * @throws IOException if the file cannot be read
     */
    public static ArchitectureChoice of(String name) throws IOException {
        return new ArchitectureChoice(name, ArchitectureFile.isFile(name) ? Utf8.read(Path.of(name)) : "");
    }

    /**
     * A choice that can be drawn from.
     *
     * @param dataKind what the architectures read
     * @param endless whether each is drawn anew, as many different ones as somebody needs
     * @param description the same for the same set only: its name, or its file's digest
     * @param draw makes the set
     */
    public record Opened(DataKind dataKind, boolean endless, String description, Draw draw) {}

    /** Makes the set for given data. */
    @FunctionalInterface
    public interface Draw {
        /**
         * {@return the set}
         *
         * @param data what the architectures are to be trained on
         * @param random where draws and choices come from
         * @throws org.logah.engine.TensorException if one does not read such data
         */
        ArchitectureSet set(DataFormat data, RandomStream random);
    }

    /**
     * {@return the set that is meant}
     *
     * @throws org.logah.engine.TensorException if there is no registered set of the name
     * @throws IOException if the text is no set of architectures
     */
    public Opened open() throws IOException {
        if (ArchitectureFile.isFile(name)) {
            ArchitectureFile file = ArchitectureFile.of(Path.of(name), text);
            return new Opened(file.dataKind(), file.endless(), "file of digest " + file.digest(), file::set);
        }
        ArchitectureSampler sampler = ModelCatalog.sampler(name);
        return new Opened(sampler.dataKind(), sampler.endless(), sampler.name(),
                (data, random) -> new ArchitectureSet(sampler, data, random));
    }
}
