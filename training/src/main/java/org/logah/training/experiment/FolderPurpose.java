package org.logah.training.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.JsonValues;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/** Records in a folder which experiment it is for, so that no other one continues in it. */
public final class FolderPurpose {
    /** Describes a table or a figure. */
    public static final String PLAN = "plan.json";
    /** What a comparison is; where there is a plan, the results of that. */
    static final String EXPERIMENT = "experiment.json";

    private FolderPurpose() {}

    /**
     * Records what a folder is for, or refuses the folder of another experiment.
     *
     * @param folder the folder, which exists
     * @param name of the file in it
     * @param mine what this experiment is
     * @throws FileFormatException if the file says something else, naming the first difference, or cannot be read
     * @throws IOException if it cannot be written
     */
    public static void require(Path folder, String name, JsonObject mine) throws IOException {
        require(folder, name, mine, _ -> {});
    }

    /**
     * The same, where the file may be of an earlier version.
     *
     * @param folder the folder, which exists
     * @param name of the file in it
     * @param mine what this experiment is
     * @param complete adds what an earlier version left out because it went without saying
     * @throws FileFormatException if the file says something else, naming the first difference, or cannot be read
     * @throws IOException if it cannot be written
     */
    public static void require(Path folder, String name, JsonObject mine, Consumer<JsonObject> complete)
            throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            for (String other : List.of(PLAN, EXPERIMENT))
                if (Files.exists(folder.resolve(other)))
                    throw new FileFormatException(folder.resolve(other),
                            "is of another experiment; choose another folder, or delete all of " + folder);
            TextFile.write(file, new GsonBuilder().setPrettyPrinting().create().toJson(mine) + "\n");
            return;
        }
        JsonObject held = read(file, "delete all of " + folder + ", or choose another folder");
        complete.accept(held);
        if (mine.keySet().stream().noneMatch(held::has))
            throw new FileFormatException(file, "is no experiment's; move it away, or choose another folder");
        String difference = JsonValues.difference(held, mine);
        if (!difference.isEmpty())
            throw new FileFormatException(file, "is of another experiment: " + difference
                    + "; choose another folder, or delete all of " + folder);
    }

    /**
     * {@return the object that a file holds}
     *
     * @param file JSON
     * @param wayOut what to do where it holds none, for the message
     * @throws FileFormatException if it holds none
     * @throws IOException if it cannot be read
     */
    static JsonObject read(Path file, String wayOut) throws IOException {
        try {
            return JsonValues.object("", JsonValues.parse("", Utf8.read(file)));
        } catch (TensorException e) {
            throw new FileFormatException(file, e.getMessage() + "; " + wayOut, e);
        } catch (FileFormatException e) {
            throw e.with(wayOut);
        }
    }
}
