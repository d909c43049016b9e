package org.logah.training.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.logah.autograd.nn.ParameterFile;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Shape;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.RenamedReader;
import org.logah.engine.io.TensorReader;
import org.logah.models.LibraryForm;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/**
 * A target's weights under whatever names its library gives them ({@link LibraryForm}). Every tensor of a file is one of the
 * network's, or one that it computes by itself, or it is refused by name.
 */
public final class LibraryWeights {
    /** In front of names that {@code DataParallel} gives, and {@code torch.compile}. */
    private static final String[] WRAPPERS = {"module.", "_orig_mod."};

    private LibraryWeights() {}

    /**
     * A network's tensors under its own names.
     *
     * @param in the file, which the result closes
     * @param network whose weights they should be
     * @return a reader of these tensors alone
     * @throws FileFormatException if there is a tensor that the network does not have
     * @throws IOException if the file cannot be read
     */
    public static TensorReader of(TensorReader in, TargetNetwork network) throws IOException {
        LibraryForm form = ModelCatalog.family(network).libraryForm();
        Map<String, Shape> shapes = network.shapes();
        Map<String, RenamedReader.Source> sources = new LinkedHashMap<>();
        for (Map.Entry<String, RenamedReader.Source> e : renamed(in, form).entrySet()) {
            String name = e.getKey();
            if (shapes.containsKey(name)) sources.put(name, e.getValue());
            else
                if (!isCopy(in, form, network, e.getValue().name(), name))
                    throw new FileFormatException(in.file(),
                            "has a tensor '" + e.getValue().name() + "', which " + network.describe() + " has not");
        }
        LibraryForm.TiedHead head = form.tiedHead();
        if (head != null && shapes.containsKey(head.name()) && !sources.containsKey(head.name()))
            throw new FileFormatException(in.file(), "has no tensor '" + head.name() + "', which " + network.describe()
                    + " has; if its head is the table of tokens, say so: tied=true");
        return new RenamedReader(in, sources);
    }

    /**
     * A head that is the table of tokens once more loses nothing; another one would. Where the table is of another width, the file is of
     * another network, and its head is no matter.
     */
    private static boolean isCopy(TensorReader in, LibraryForm form, TargetNetwork network, String name, String ownName)
            throws IOException {
        LibraryForm.TiedHead head = form.tiedHead();
        if (head == null || !ownName.equals(head.name())) return false;
        RenamedReader.Source original = renamed(in, form).get(head.original());
        if (original == null || !in.entry(original.name()).shape().equals(in.entry(name).shape())
                || in.entry(original.name()).type() != in.entry(name).type())
            return false;
        boolean[] same = new boolean[1];
        in.stored(name, copy -> same[0] = isSame(in, original.name(), copy));
        if (same[0]) return true;
        Shape held = in.entry(original.name()).shape();
        Shape wanted = network.shapes().get(head.original());
        if (wanted != null && held.rank() == 2 && held.dim(1) != wanted.dim(1))
            ParameterFile.requireShape(in, original.name(), wanted, network.describe()); // which it has not, in its words
        throw new FileFormatException(in.file(),
                "has a head '" + name + "' of its own, which is not the table of tokens; say so: tied=false");
    }

    private static boolean isSame(TensorReader in, String original, MemorySegment copy) {
        boolean[] same = new boolean[1];
        try {
            in.stored(original, bytes -> same[0] = bytes.mismatch(copy) < 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return same[0];
    }

    /**
     * {@return where the tensors of a file are, by the names that networks of a family give them; without those that a network computes
     * by itself, and without an optimizer's}
     *
     * @param in the file
     * @param form of the family
     * @throws FileFormatException if two tensors have one name then
     * @throws IOException if the file cannot be read
     */
    public static Map<String, RenamedReader.Source> renamed(TensorReader in, LibraryForm form) throws IOException {
        Map<String, RenamedReader.Source> sources = new LinkedHashMap<>();
        String wrapper = wrapper(in.names());
        boolean training = TrainingState.isIn(in);
        for (String name : in.names()) {
            if (training && TrainingState.isOptimizers(name)) continue;
            String ownName = form.ownName(name.substring(wrapper.length()));
            if (form.isBuffer(ownName)) continue;
            if (sources.put(ownName, new RenamedReader.Source(name, in.entry(name).shape())) != null)
                throw new FileFormatException(in.file(), "has the tensor '" + ownName + "' under two names");
        }
        return sources;
    }

    /**
     * {@return the names that networks of a family give the tensors of a file}
     *
     * @param in the file
     * @param form of the family
     */
    public static Set<String> ownNames(TensorReader in, LibraryForm form) {
        String wrapper = wrapper(in.names());
        Set<String> names = new LinkedHashSet<>();
        for (String name : in.names()) names.add(form.ownName(name.substring(wrapper.length())));
        return names;
    }

    private static String wrapper(Set<String> names) {
        for (String w : WRAPPERS)
            if (!names.isEmpty() && names.stream().allMatch(n -> n.startsWith(w))) return w;
        return "";
    }
}
