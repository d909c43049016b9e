package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders that results go into. */
public final class OutputFolder implements AutoCloseable {
    /** Those that were made, the outer ones first. */
    private final List<Path> made;

    private OutputFolder(List<Path> made) { this.made = made; }

    /**
     * Makes folders as {@link #create} does, for work that may still be refused.
     *
     * @param folders the folders
     * @return to be closed when the work is done: what was made for it and is empty is removed then
     * @throws FileFormatException if one cannot be made, saying why
     */
    public static OutputFolder open(Path... folders) throws FileFormatException {
        OutputFolder opened = new OutputFolder(new ArrayList<>());
        try {
            for (Path folder : folders) opened.make(folder);
        } catch (FileFormatException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private void make(Path folder) throws FileFormatException {
        int before = made.size();
        for (Path p = folder.toAbsolutePath(); p != null && !Files.exists(p); p = p.getParent()) made.add(before, p);
        create(folder);
    }

    /** Removes what is empty. */
    @Override
    public void close() {
        for (Path p : made.reversed()) {
            try {
                Files.deleteIfExists(p);
            } catch (IOException e) {
                continue; // something is in it
            }
        }
    }

    /**
     * Makes a folder, and those that it is in, where they are not there.
     *
     * @param folder the folder
     * @throws FileFormatException if it cannot be made, saying why
     */
    public static void create(Path folder) throws FileFormatException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new FileFormatException(folder, "the folder cannot be made (" + FileProblem.of(e) + ")", e);
        }
    }
}
