package org.logah.training.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.training.data.Digests;

/**
 * A folder with a folder of images for each class, listed: {@code train/CLASS/} and {@code val/CLASS/} as ImageNet has it, or
 * {@code CLASS/} alone. Classes are numbered in the order of their names. Where there are no images to validate with, every tenth of
 * each class is taken, in the order of names.
 *
 * @param classes names, in order
 * @param training images to train on
 * @param validation images to validate with
 */
record ImageFolder(List<String> classes, List<Item> training, List<Item> validation) {

    private static final String TRAINING = "train";
    private static final List<String> VALIDATION = List.of("val", "validation", "valid", "test");
    private static final int TENTH = 10;
    private static final int LEAST_CLASSES = 2;
    /** Broken images that are named beside the first. */
    private static final int NAMED = 3;
    /** Folders between that of a class and an image, at most. */
    private static final int DEPTH = 4;

    /**
     * One image.
     *
     * @param file where it is
     * @param label number of its class
     */
    record Item(Path file, int label) {}

    /**
     * {@return whether a path is a folder of this kind} Goes by names only.
     *
     * @param path any path
     */
    static boolean isAt(Path path) throws IOException {
        if (!Files.isDirectory(path)) return false;
        Path training = path.resolve(TRAINING);
        for (Path folder : folders(Files.isDirectory(training) ? training : path))
            if (hasImages(folder)) return true;
        return false;
    }

    /**
     * {@return the folder's list}
     *
     * @param path where it is
     * @throws FileFormatException if there are less than two classes, a class without images, or one that is only in validation
     */
    static ImageFolder list(Path path) throws IOException {
        Path training = path.resolve(TRAINING);
        if (!Files.isDirectory(training)) return split(path, path);
        Path validation = null;
        for (String name : VALIDATION) {
            Path folder = path.resolve(name);
            if (validation == null && Files.isDirectory(folder)) validation = folder;
        }
        if (validation == null) return split(path, training);
        List<String> classes = classes(training);
        List<String> others = classes(validation);
        for (String name : others) {
            if (!classes.contains(name))
                throw new FileFormatException(validation.resolve(name),
                        "is a class that " + training + " does not have; there must be one folder for each class");
        }
        return new ImageFolder(classes, items(training, classes, classes), items(validation, others, classes));
    }

    private static ImageFolder split(Path path, Path folder) throws IOException {
        List<String> classes = classes(folder);
        List<Item> training = new ArrayList<>();
        List<Item> validation = new ArrayList<>();
        int nth = 0;
        int label = 0;
        for (Item item : items(folder, classes, classes)) {
            nth = item.label() == label ? nth + 1 : 1;
            label = item.label();
            (nth % TENTH == 0 ? validation : training).add(item);
        }
        if (validation.isEmpty())
            throw new FileFormatException(path, "has nothing to validate with: of each class every tenth image is "
                    + "taken, and none has ten; add images, or a folder " + VALIDATION.getFirst());
        return new ImageFolder(classes, training, validation);
    }

    private static List<String> classes(Path folder) throws IOException {
        List<String> names = folders(folder).stream().map(f -> f.getFileName().toString()).toList();
        if (names.isEmpty())
            throw new FileFormatException(folder, "has no folders; needed: one for each class, with its images");
        return names;
    }

    private static List<Path> folders(Path in) throws IOException {
        try (Stream<Path> all = Files.list(in)) {
            return all.filter(Files::isDirectory).filter(f -> !f.getFileName().toString().startsWith("."))
                    .sorted((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString())).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean hasImages(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            return all.anyMatch(ImageFile::isNamed);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<Item> items(Path folder, List<String> names, List<String> classes) throws IOException {
        if (classes.size() < LEAST_CLASSES)
            throw new FileFormatException(folder, "has the only class " + classes.getFirst()
                    + "; needed: a folder for each of two or more");
        List<Item> items = new ArrayList<>();
        for (String name : names) {
            Path own = folder.resolve(name);
            int label = classes.indexOf(name);
            try (Stream<Path> all = Files.walk(own, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
                List<Path> files = all.filter(ImageFile::isNamed).filter(Files::isRegularFile)
                        .sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
                if (files.isEmpty())
                    throw new FileFormatException(own,
                            "has no images (.jpg, .jpeg or .png); add some, or take the folder away");
                for (Path file : files) items.add(new Item(file, label));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return items;
    }

    /**
     * Refuses images that cannot be read, before a training comes to them.
     *
     * @throws FileFormatException if there are any, saying what is wrong with the first one, and which others there are
     */
    void requireImages() throws IOException {
        List<Broken> broken = Stream.concat(training.stream(), validation.stream()).parallel()
                .map(ImageFolder::checked).filter(Objects::nonNull).toList();
        if (broken.isEmpty()) return;
        FileFormatException first = broken.getFirst().why();
        if (broken.size() == 1) throw first;
        String others = broken.stream().skip(1).limit(NAMED).map(b -> b.file().toString())
                .collect(Collectors.joining(", "));
        int left = broken.size() - 1 - NAMED;
        throw first.with((broken.size() - 1) + " more cannot be read: " + others
                + (left > 0 ? " and " + left + " others" : ""));
    }

    private record Broken(Path file, FileFormatException why) {}

    private static @Nullable Broken checked(Item item) {
        try {
            ImageFile.check(item.file());
            return null;
        } catch (FileFormatException e) {
            return new Broken(item.file(), e);
        }
    }

    /**
     * {@return a digest of the names, classes and sizes of all files} Their contents would take as long as training on them.
     *
     * @param root what the names begin with, which the digest is without
     */
    String digest(Path root) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (List<Item> part : List.of(training, validation)) {
            for (Item item : part)
                lines.add((root.relativize(item.file()) + "\t" + item.label() + "\t" + Files.size(item.file()) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            lines.add("\n".getBytes(StandardCharsets.UTF_8));
        }
        return Digests.sha256(lines);
    }
}
