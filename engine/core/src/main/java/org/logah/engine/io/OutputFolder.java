package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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

    /** Remembers what was made here alone: not links, and not what another program makes at the same time. */
    private void make(Path folder) throws FileFormatException {
        List<Path> missing = new ArrayList<>();
        for (Path p = folder.toAbsolutePath(); p != null
                && !Files.exists(p, LinkOption.NOFOLLOW_LINKS); p = p.getParent())
            missing.addFirst(p);
        try {
            for (Path p : missing) {
                try {
                    Files.createDirectory(p);
                    made.add(p);
                    // Where the program is told to end before anything is in it.
                    ShutdownHook.unlessEnding(p.toFile()::deleteOnExit);
                } catch (FileAlreadyExistsException e) {
                    continue; // as it is asked for, or refused below
                }
            }
        } catch (IOException e) {
            throw unmakable(folder, e);
        }
        create(folder);
    }

    private static FileFormatException unmakable(Path folder, IOException e) {
        return new FileFormatException(folder, "the folder cannot be made (" + FileProblem.of(e) + ")", e);
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
            throw unmakable(folder, e);
        }
    }
}
