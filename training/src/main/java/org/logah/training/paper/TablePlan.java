package org.logah.training.paper;

import java.util.List;

import org.logah.training.MetaTrainingRecipe;
import org.logah.training.experiment.Unseen;

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
 * @param meta how; batch and context hold for the targets, too
 * @param rates learning rates that the first seed tries
 * @param seeds how many runs
 */
public record TablePlan(String name, String title, Scale scale, Measure measure, List<Row> rows, List<Column> columns,
        String set, MetaTrainingRecipe meta, List<Double> rates, int seeds) {

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
    public record Column(String label, String metaData, String data, Unseen target, int steps,
            String paper) {}

    /** {@return the starts of hypernetworks} */
    public List<String> variants() {
        return rows.stream().filter(Row::predicted).map(Row::start).toList();
    }

    /** {@return the other starts} */
    public List<String> others() {
        return rows.stream().filter(r -> !r.predicted()).map(Row::start).toList();
    }
}
