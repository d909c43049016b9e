package org.logah.ghn;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.RenamedReader;
import org.logah.engine.io.TensorReader;
import org.logah.engine.io.TorchReader;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.JsonValues;
import org.logah.ghn.graph.Primitive;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * A hypernetwork as the public programs of GHN-2, GHN-3 and LoGAH save it: weights under {@code state_dict}, and the arguments
 * that made it under {@code config}. What the arguments do not say is read from the tensors, as in the public programs: whether
 * it is one of GHN-2's, whether it is for language models, and everything of GHN-3's published weights.
 */
public final class PublicCheckpoint {
    /** Of one of these every hypernetwork of the public programs has a table. */
    private static final String PRIMITIVES = "embed.weight";
    private static final String SHAPES = "shape_enc.embed_spatial.weight";
    private static final String GATED = "gnn.gru.weight_ih";
    private static final String LOW_RANK = "decoder.l2.weight";
    private static final String CLASSES = "decoder.class_layer_predictor.1.weight";
    private static final String CONVOLUTION = "decoder.conv.2.weight";
    /** Numbers that PyTorch's module can compute again. */
    private static final Set<String> BUFFERS = Set.of("shape_enc.dummy_ind", "decoder.cols_1d", "decoder.cols_4d");
    /** Tables that GHN-3's published weights have outside of the first layer. */
    private static final Set<String> TABLES = Set.of("centrality_embed_in.weight", "centrality_embed_out.weight",
            "input_dist_embed.weight");
    /** The low-rank decoder's last map, which its module has under two names. */
    private static final String SECOND_NAME = "decoder.seq.1.";
    private static final String PARALLEL = "module.";

    private PublicCheckpoint() {}

    /**
     * {@return whether a file has the tensors of such a hypernetwork}
     *
     * @param in the file
     */
    public static boolean isIn(TensorReader in) { return has(in, PRIMITIVES) && has(in, SHAPES); }

    private static boolean has(TensorReader in, String name) {
        return in.contains(name) || in.contains(PARALLEL + name);
    }

    /**
     * The tensors under the names that {@link HyperNetwork#parameters} has.
     *
     * @param in the file, which the result closes
     * @return a reader of the same numbers; convolutions of one pixel are matrices
     * @throws IOException if the file cannot be read
     */
    static TensorReader renamed(TensorReader in) throws IOException {
        Map<String, RenamedReader.Source> sources = new LinkedHashMap<>();
        for (String name : in.names()) {
            String plain = name.startsWith(PARALLEL) ? name.substring(PARALLEL.length()) : name;
            if (BUFFERS.contains(plain)) continue;
            String ours = TABLES.contains(plain) ? "gnn.0." + plain : plain;
            Shape shape = in.entry(name).shape();
            boolean pixel = ours.startsWith("decoder.") && shape.rank() == 4 && shape.dim(2) == 1 && shape.dim(3) == 1;
            RenamedReader.Source source = new RenamedReader.Source(name,
                    pixel ? Shape.of(shape.dim(0), shape.dim(1)) : shape);
            if (sources.put(ours, source) != null)
                throw new FileFormatException(in.file(), "has the tensor '" + ours + "' under two names");
        }
        return new RenamedReader(in, sources);
    }

    /**
     * The configuration that the file says, or that its tensors tell.
     *
     * @param in what {@link #renamed} gave
     * @return the configuration, with the scaling and the quirks of the public programs
     * @throws TensorException if the arguments lack one, or ask for what this hypernetwork does not have
     * @throws IOException if the file cannot be read
     */
    static GhnConfig config(TensorReader in) throws IOException {
        String said = in.metadata(TorchReader.CONFIG);
        JsonObject config = said == null
                ? inferred(in)
                : JsonValues.object(TorchReader.CONFIG, JsonValues.parse(TorchReader.CONFIG, said));
        boolean gated = in.contains(GATED);
        boolean lowRank = in.contains(LOW_RANK);
        config.addProperty("is_ghn2", gated);
        config.addProperty("lora", lowRank);
        config.addProperty("language", dim(in, PRIMITIVES, 0) > Primitive.VISION.size());
        JsonFields fields = JsonFields.of(TorchReader.CONFIG, config);
        for (String wanted : new String[]{"weight_norm", "ve", "layernorm"})
            if (!fields.flag(wanted, true)) throw other(wanted, "false");
        if (lowRank && fields.flag("use_1d_decoder", false)) throw other("use_1d_decoder", "true");
        if (gated) requireText(fields, "hypernet", "gatedgnn");
        if (!lowRank) requireText(fields, "decoder", "conv");
        return ReferenceConfig.read(fields, null, null);
    }

    private static void requireText(JsonFields fields, String key, String wanted) {
        if (fields.has(key) && !fields.text(key).equals(wanted)) throw other(key, fields.text(key));
    }

    private static TensorException other(String key, String value) {
        return new TensorException("'" + key + "' is " + value + "; no hypernetwork here is built so");
    }

    /** Infers the arguments of GHN-3's published files, which are weights alone. */
    private static JsonObject inferred(TensorReader in) throws IOException {
        int hidden = dim(in, PRIMITIVES, 1);
        int side = dim(in, SHAPES, 0) == 9 ? 11 : 16;
        int product = in.contains(CONVOLUTION) ? dim(in, CONVOLUTION, 0) : 0;
        int width = (int) Math.sqrt(product);
        if (product == 0 || width * width != product)
            throw new TensorException("'config' is missing, and its tensors do not say all of it; "
                    + "save {'state_dict': ..., 'config': ...}");
        JsonObject config = new JsonObject();
        config.addProperty("hid", hidden);
        config.addProperty("num_classes", dim(in, CLASSES, 0));
        config.addProperty("heads", hidden > 64 ? 16 : 8);
        config.addProperty("layers", in.names().stream().filter(n -> n.matches("gnn\\.\\d+\\.ln1\\.weight")).count());
        JsonArray shape = new JsonArray();
        for (int size : new int[]{width, width, side, side}) shape.add(size);
        config.add("max_shape", shape);
        return config;
    }

    private static int dim(TensorReader in, String name, int axis) throws IOException {
        Shape shape = in.entry(name).shape();
        if (shape.rank() != 2)
            throw new FileFormatException(in.file(), "'" + name + "' has shape " + shape + ", no table");
        return shape.dim(axis);
    }

    /**
     * Refuses tensors that a hypernetwork does not have: with them it would compute something else.
     *
     * @param in what {@link #renamed} gave
     * @param network the hypernetwork
     * @throws FileFormatException if there is one, naming it
     */
    static void requireKnown(TensorReader in, HyperNetwork network) throws FileFormatException {
        Set<String> known = network.shapes().keySet();
        for (String name : in.names())
            if (!known.contains(name) && !name.startsWith(SECOND_NAME))
                throw new FileFormatException(in.file(),
                        "has a tensor '" + name + "', which the hypernetwork of its configuration has not");
    }
}
