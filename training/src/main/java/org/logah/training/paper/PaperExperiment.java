package org.logah.training.paper;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import org.logah.engine.TensorException;

/** The experiments of the paper that can be repeated. */
public enum PaperExperiment {
    /** Vision transformers from every start, accuracy. */
    TABLE2("ViTs from random, orthogonal and predicted starts: accuracy"),
    /** GPT-2s from every start, perplexity. */
    TABLE3("GPT-2s from random, orthogonal and predicted starts: perplexity"),
    /** Hypernetworks of one data set start networks on a harder one. */
    TABLE4("transfer: meta-trained on ten classes, the targets trained on a hundred"),
    /** How much predicted tensors of one shape differ. */
    TABLE5("diversity: how much predicted matrices of one shape differ"),
    /** Parameters of a hypernetwork by the width that it can predict. */
    FIGURE1("parameters of a hypernetwork by the width that it can predict"),
    /** One target's training from every start, as curves. */
    FIGURE4("one GPT-2's training from every start, as curves");

    private final String summary;

    PaperExperiment(String summary) { this.summary = summary; }

    /** {@return the name on a command line: {@code table2}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return what it shows, in a few words} */
    public String summary() { return summary; }

    /**
     * {@return the experiment of a name}
     *
     * @param text the name, in upper or lower case
     * @throws TensorException if there is none of that name
     */
    public static PaperExperiment parse(String text) {
        for (PaperExperiment e : values()) if (e.label().equals(text.toLowerCase(Locale.ROOT))) return e;
        throw new TensorException("experiment '" + text + "': choose one of "
                + Arrays.stream(values()).map(PaperExperiment::label).collect(Collectors.joining(", ")));
    }

    /**
     * {@return what it compares}
     *
     * @param scale at which scale
     * @throws TensorException for {@link #FIGURE1}, which compares no trainings
     */
    public TablePlan plan(Scale scale) {
        return switch (this) {
            case TABLE2 -> TablePlans.table2(scale);
            case TABLE3 -> TablePlans.table3(scale);
            case TABLE4 -> TablePlans.table4(scale);
            case TABLE5 -> TablePlans.table5(scale);
            case FIGURE4 -> TablePlans.figure4(scale);
            case FIGURE1 -> throw new TensorException("figure1 counts parameters and trains nothing");
        };
    }
}
