package org.logah.models.vit;

import org.logah.engine.part.JsonFields;
import org.logah.models.LibraryForm;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

import com.google.gson.JsonObject;

/**
 * The vision transformer as torchvision writes it. Its published files call the two maps of an MLP {@code linear_1} and
 * {@code linear_2}, as its first version did. It has no file for sizes: ours holds the model as {@link ModelCatalog#parse} reads it.
 */
final class VitTorchvision implements LibraryForm {
    private static final LibraryForm OWN = LibraryForm.own();

    @Override
    public String characteristicTensor() { return "encoder.layers.encoder_layer_0.self_attention.in_proj_weight"; }

    @Override
    public String ownName(String name) {
        return name.startsWith("encoder.layers.")
                ? name.replace(".mlp.linear_1.", ".mlp.0.").replace(".mlp.linear_2.", ".mlp.3.")
                : name;
    }

    @Override
    public boolean isOf(JsonFields config) { return OWN.isOf(config); }

    @Override
    public TargetNetwork network(JsonFields config) { return OWN.network(config); }

    @Override
    public JsonObject config(TargetNetwork network) { return OWN.config(network); }
}
