package org.logah.models;

import org.logah.engine.part.JsonFields;

import com.google.gson.JsonObject;

/** Of families without a library: {@code config.json} holds the model as {@link ModelCatalog#parse} reads it. */
final class OwnForm implements LibraryForm {
    @Override
    public String characteristicTensor() { return ""; }

    /** Whose it is the description says, which {@link ModelCatalog} reads. */
    @Override
    public boolean isOf(JsonFields config) { return false; }

    @Override
    public TargetNetwork network(JsonFields config) { return ModelCatalog.parse(config.text(MODEL)); }

    @Override
    public JsonObject config(TargetNetwork network) {
        JsonObject o = new JsonObject();
        o.addProperty(MODEL, network.describe());
        return o;
    }
}
