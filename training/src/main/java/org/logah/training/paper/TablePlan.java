package org.logah.training.paper;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.part.RecordJson;
import org.logah.ghn.GhnFile;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.training.experiment.UnseenTarget;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.prediction.GhnConfigs;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * What a table compares, at one scale.
 *
 * @param name as on a command line: {@code table2}
 * @param title what it is about
 * @param scale its scale
 * @param measure what the cells say
 * @param rows the starts
 * @param columns data and targets
 * @param set what the hypernetworks are meta-trained on
 * @param tokenizer how texts are read; images have none
 * @param meta how; batch and context hold for the targets, too
 * @param rates learning rates that the first seed tries
 * @param seeds how many runs
 */
public record TablePlan(String name, String title, Scale scale, Measure measure, List<Row> rows, List<Column> columns,
        String set, @Nullable String tokenizer, MetaTrainingRecipe meta, List<Double> rates, int seeds) {

    /**
     * A start.
     *
     * @param label what the table calls it
     * @param start a hypernetwork's variant, or an initialization
     * @param predicted whether it is a hypernetwork's
     * @param paper the row of the paper's table that it stands beside; empty where the paper has none
     */
    public record Row(String label, String start, boolean predicted, String paper) {}

    /**
     * What a target is trained on.
     *
     * @param label what the table calls it
     * @param metaData the data that hypernetworks were meta-trained on, by name
     * @param data the data that the target is trained on, by name
     * @param target the target
     * @param steps steps of its training from each start
     * @param paper the column of the paper's table that it stands beside; empty where the paper has none
     */
    public record Column(String label, String metaData, String data, UnseenTarget target, int steps,
            String paper) {}

    /** {@return the starts of hypernetworks} */
    public List<String> variants() {
        return rows.stream().filter(Row::predicted).map(Row::start).toList();
    }

    /** {@return the other starts} */
    public List<String> others() {
        return rows.stream().filter(r -> !r.predicted()).map(Row::start).toList();
    }

    /** {@return all of it but the seeds, as a file of the experiment keeps it} */
    JsonObject json() {
        Gson gson = new Gson();
        JsonObject p = new JsonObject();
        p.addProperty("name", name);
        p.addProperty("scale", scale.label());
        p.addProperty("measure", measure.text());
        p.addProperty("set", set);
        if (tokenizer != null) p.addProperty("tokenizer", tokenizer);
        p.add("meta", gson.toJsonTree(meta.withSeed(0)));
        p.getAsJsonObject("meta").remove("seed");
        JsonObject hypernetworks = new JsonObject();
        Domain domain = GhnConfigs.domain(ModelCatalog.sampler(set).dataKind());
        for (String v : variants())
            hypernetworks.add(v, RecordJson.write(NamedVariant.parse(v).config(domain, null)));
        p.add("hypernetworks", hypernetworks);
        p.add("rates", gson.toJsonTree(rates));
        p.add("rows", gson.toJsonTree(rows));
        JsonArray all = new JsonArray();
        for (Column c : columns) {
            JsonObject column = new JsonObject();
            column.addProperty("label", c.label());
            column.addProperty("metaData", c.metaData());
            column.addProperty("data", c.data());
            column.add("target", gson.toJsonTree(c.target().about()));
            column.addProperty("steps", c.steps());
            all.add(column);
        }
        p.add("columns", all);
        return p;
    }

    /**
     * Adds to a plan of an earlier version what it had no words for, so that its folder is gone on with where it means the same.
     *
     * @param held as {@link #json} was then
     */
    static void complete(JsonObject held) {
        if (held.get("hypernetworks") instanceof JsonObject all)
            for (JsonElement config : all.asMap().values())
                if (config instanceof JsonObject c) GhnFile.addWhatEarlierVersionsHadNoKeysFor(c);
    }
}
