package org.logah.engine.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

import org.jspecify.annotations.Nullable;

/** Why a file or folder could not be read or written, in words: Java's own exceptions often say it by their class alone. */
public final class FileProblem {
    private FileProblem() {}

    /**
     * {@return the reason, without the file's name: {@code permission denied}}
     *
     * @param e what was thrown
     */
    public static String of(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or folder";
            case FileAlreadyExistsException _ -> "a file of that name is there already";
            case NotDirectoryException _ -> "it is no folder";
            case DirectoryNotEmptyException _ -> "the folder is not empty";
            case FileSystemLoopException _ -> "its links lead in a circle";
            case FileSystemException f -> said(f.getReason());
            case CharacterCodingException _ -> "it is no UTF-8";
            case EOFException _ -> "it ends too early";
            default -> said(e.getMessage());
        };
    }

    /**
     * {@return the reason, behind the file's name where it is known}
     *
     * @param e what was thrown
     */
    public static String line(IOException e) {
        if (e instanceof FileFormatException) return String.valueOf(e.getMessage());
        return e instanceof FileSystemException f && f.getFile() != null ? f.getFile() + ": " + of(e) : of(e);
    }

    private static String said(@Nullable String reason) {
        return reason == null || reason.isBlank() ? "the system does not say why" : reason;
    }
}
