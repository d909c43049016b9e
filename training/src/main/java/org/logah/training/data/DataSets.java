package org.logah.training.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.part.NearestNames;
import org.logah.engine.part.Parts;
import org.logah.models.DataKind;

/** The data sets that are registered, see {@link DataSet}, and which of them is meant. */
public final class DataSets {
    private static final String HELP = "logah train --help explains the data sets";

    private DataSets() {}

    /**
     * {@return every registered data set}
     *
     * @throws IllegalStateException if two of them have the same name
     */
    public static List<DataSet> all() { return Parts.of(DataSet.class, "data set").all(); }

    /**
     * {@return the data set that a text names; texts are read byte by byte}
     *
     * @param kind what the network reads
     * @param where a file or folder, the name of a data set that is built in, or {@code name:path} where several might be
     *        meant; null for the one that is built in
     * @throws TensorException if the text does not say which data set of the kind is meant
     * @throws IOException if it is not there or cannot be read
     */
    public static DataSplits open(DataKind kind, @Nullable String where) throws IOException {
        return found(kind, where, DataSet::open);
    }

    /**
     * {@return the data set that a text names, as it is asked for}
     *
     * @param kind what the network reads
     * @param where as {@link #open(DataKind, String)} takes it
     * @param request what is asked of it
     * @throws TensorException as the other, or if the request lacks what the data set needs, or has a tokenizer and the data set no text
     * @throws IOException as the other, or if tokens can be kept nowhere
     */
    public static DataSplits open(DataKind kind, @Nullable String where, DataRequest request) throws IOException {
        return found(kind, where, (set, path) -> set.open(path, request));
    }

    /** How a data set that was found is opened. */
    private interface Opening {
        DataSplits open(DataSet set, @Nullable Path path) throws IOException;
    }

    private static DataSplits found(DataKind kind, @Nullable String where, Opening opening) throws IOException {
        List<DataSet> all = all();
        if (where == null) return opening.open(builtIn(all, kind), null);
        Path path = named(where);
        if (Files.exists(path)) return opening.open(recognized(all, kind, path), path);
        for (DataSet set : all) {
            boolean alone = where.equals(set.kind());
            if (!alone && !where.startsWith(set.kind() + ":")) continue;
            if (set.dataKind() != kind) {
                throw new TensorException("the data set '" + set.kind() + "' has " + set.dataKind().unit() + ", not "
                        + kind.unit() + "; " + names(all, kind));
            }
            if (alone && !set.builtIn()) {
                throw new TensorException("the data set '" + set.kind() + "' is not built in; write " + set.kind()
                        + ":PATH, needed: " + set.source());
            }
            return opening.open(set, path(where));
        }
        String meant = NearestNames.question(where,
                all.stream().filter(s -> s.dataKind() == kind).map(DataSet::kind).toList());
        throw new FileNotFoundException(
                where + ": no such file or folder; " + (meant.isEmpty() ? names(all, kind) : meant + HELP));
    }

    /**
     * {@return the file or folder that a text names, as {@link #open} takes it; null for a data set that is built in}
     *
     * @param where the text, or null
     */
    public static @Nullable Path path(@Nullable String where) {
        if (where == null) return null;
        Path path = named(where);
        if (Files.exists(path)) return path;
        String prefix = prefix(where);
        return prefix.isEmpty() ? null : named(where.substring(prefix.length()));
    }

    /** An empty name, from a shell's variable that is not set, would be the current folder. */
    private static Path named(String path) {
        if (path.isBlank()) throw new TensorException("data: a name is missing; name a file, a folder or a data set");
        return Path.of(path);
    }

    /**
     * {@return the same data for a process in another working folder: with a path that is absolute}
     *
     * @param where as {@link #open(DataKind, String)} takes it
     */
    public static String absolute(@Nullable String where) {
        if (where == null) return "";
        Path path = path(where);
        return path == null ? where : at(where, path.toAbsolutePath().toString());
    }

    /**
     * {@return the same data set at another place}
     *
     * @param where names a file or folder, as {@link #open(DataKind, String)} takes it
     * @param place the file or folder there
     */
    public static String at(String where, String place) { return prefix(where) + place; }

    /** The data set that a text names before a colon, with the colon; empty where it names none. */
    private static String prefix(String where) {
        return all().stream().map(set -> set.kind() + ":").filter(where::startsWith).findFirst().orElse("");
    }

    /**
     * {@return the data set that is taken where none is named}
     *
     * @param kind what the network reads
     * @throws TensorException if none is built in, or several are and none of them is preferred
     */
    public static DataSet builtIn(DataKind kind) { return builtIn(all(), kind); }

    /** The only one: which of several is meant must not depend on the order of the class path. */
    private static DataSet builtIn(List<DataSet> all, DataKind kind) {
        List<DataSet> found = all.stream().filter(s -> s.dataKind() == kind && s.builtIn()).toList();
        List<DataSet> preferred = found.stream().filter(DataSet::preferred).toList();
        if (preferred.size() == 1) return preferred.getFirst();
        if (found.size() == 1) return found.getFirst();
        if (found.size() > 1) {
            throw new TensorException("no data was given, and several sets of " + kind.unit()
                    + " are built in; choose one of "
                    + found.stream().map(DataSet::kind).collect(Collectors.joining(", ")));
        }
        throw new TensorException(
                "no data was given, and none with " + kind.unit() + " is built in; " + names(all, kind));
    }

    private static DataSet recognized(List<DataSet> all, DataKind kind, Path path) throws IOException {
        List<DataSet> fitting = recognized(all, s -> s.dataKind() == kind, path);
        if (fitting.size() == 1) return fitting.getFirst();
        if (fitting.size() > 1) {
            throw new TensorException(path + ": several data sets might be meant; write "
                    + fitting.stream().map(s -> s.kind() + ":" + path).collect(Collectors.joining(" or ")));
        }
        List<DataSet> found = recognized(all, s -> s.dataKind() != kind, path);
        String is = found.isEmpty()
                ? "no data set that is known"
                : "a data set of " + found.getFirst().dataKind().unit() + " (" + found.getFirst().kind() + "), not of "
                        + kind.unit();
        throw new TensorException(path + ": " + is + "; " + names(all, kind));
    }

    private static List<DataSet> recognized(List<DataSet> all, Predicate<DataSet> which, Path path)
            throws IOException {
        List<DataSet> found = new ArrayList<>();
        for (DataSet set : all) if (which.test(set) && set.recognizes(path)) found.add(set);
        return found;
    }

    /** By their names alone: what each of them is would be too long for a line. */
    private static String names(List<DataSet> all, DataKind kind) {
        return "there are, for " + kind.unit() + ": " + all.stream().filter(s -> s.dataKind() == kind)
                .map(s -> s.builtIn() ? s.kind() + " (built in)" : s.kind()).collect(Collectors.joining(", ")) + "; "
                + HELP;
    }
}
