package org.logah.training.paper;

import java.util.ArrayList;
import java.util.List;

import org.logah.models.DataKind;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.experiment.UnseenTarget;
import org.logah.training.paper.TablePlan.Column;
import org.logah.training.paper.TablePlan.Row;

/** The tables of the paper that compare starts, as plans. */
final class TablePlans {
    private static final String VIT_S = "vit-small:patch=2";
    private static final String VIT_B = "vit-base:patch=2";
    private static final int IMAGES = MetaTrainingRecipe.paperBatch(DataKind.IMAGES);
    /** CIFAR's images to train on, in batches. */
    private static final int CIFAR_EPOCH = (50_000 + IMAGES - 1) / IMAGES;
    private static final int LANGUAGE_BATCH = MetaTrainingRecipe.paperBatch(DataKind.TOKENS);
    private static final int LANGUAGE_CONTEXT = 1024;
    /** WikiText-2 has some 2.4M tokens in GPT-2's encoding, WikiText-103 some 118M. */
    private static final int WIKITEXT_2_EPOCH = 2_400_000 / (LANGUAGE_BATCH * LANGUAGE_CONTEXT);
    private static final int WIKITEXT_103_EPOCH = 118_000_000 / (LANGUAGE_BATCH * LANGUAGE_CONTEXT);
    private static final int TINY_STEPS = 300;
    private static final int SMALL_STEPS = 1500;
    private static final int EPOCHS = 100;

    private TablePlans() {}

    /** ViTs: every start on every data set (table 2). */
    static TablePlan table2(Scale scale) {
        String title = "Vision transformers from several starts";
        if (scale == Scale.PAPER) {
            List<Column> columns = new ArrayList<>();
            for (String data : List.of("cifar-10", "cifar-100")) {
                String label = data.replace("cifar", "CIFAR");
                columns.add(named(label + ", ViT-S", data, data, VIT_S, EPOCHS * CIFAR_EPOCH));
                columns.add(named(label + ", ViT-B", data, data, VIT_B, EPOCHS * CIFAR_EPOCH));
            }
            return new TablePlan("table2", title, scale, Measure.ACCURACY, paperRows(), columns, "vits", null, vision(),
                    List.of(4e-5), 1);
        }
        List<Column> columns = new ArrayList<>();
        // At the smallest scale a hundred classes are too many to learn anything of.
        for (String data : scale == Scale.TINY ? List.of("shapes") : List.of("shapes", "shape-pairs")) {
            String paper = data.equals("shapes") ? "CIFAR-10" : "CIFAR-100";
            columns.add(sized(scale, data, data, 6, 96, paper + ", ViT-S"));
            columns.add(sized(scale, data, data, 8, 128, paper + ", ViT-B"));
        }
        return small("table2", title, scale, Measure.ACCURACY, columns, "small-vits");
    }

    /** GPT-2s: every start on every text (table 3). */
    static TablePlan table3(Scale scale) {
        String title = "GPT-2s from several starts";
        if (scale == Scale.PAPER) {
            List<Column> columns = List.of(
                    named("WikiText-2, GPT-2-S", "wikitext-2", "wikitext-2", "gpt2:tied=false",
                            EPOCHS * WIKITEXT_2_EPOCH),
                    named("WikiText-2, GPT-2-M", "wikitext-2", "wikitext-2", "gpt2-medium:tied=false",
                            EPOCHS * WIKITEXT_2_EPOCH),
                    named("WikiText-103, GPT-2-M", "wikitext-103", "wikitext-103", "gpt2-medium:tied=false",
                            EPOCHS * WIKITEXT_103_EPOCH),
                    named("WikiText-103, GPT-2-L", "wikitext-103", "wikitext-103", "gpt2-large:tied=false",
                            EPOCHS * WIKITEXT_103_EPOCH));
            return new TablePlan("table3", title, scale, Measure.PERPLEXITY, paperRows(), columns, "gpts", "gpt2",
                    language(),
                    List.of(3e-6), 1);
        }
        List<Column> columns = new ArrayList<>();
        for (String data : List.of("grammar", "book")) {
            boolean first = data.equals("grammar");
            columns.add(sized(scale, data, data, 6, 96, first ? "WikiText-2, GPT-2-S" : "WikiText-103, GPT-2-M"));
            columns.add(sized(scale, data, data, 8, 128, first ? "WikiText-2, GPT-2-M" : "WikiText-103, GPT-2-L"));
        }
        return small("table3", title, scale, Measure.PERPLEXITY, columns, "small");
    }

    /** Transfer: hypernetworks of one data set start targets on a harder one, whose class layer begins anew (table 4). */
    static TablePlan table4(Scale scale) {
        String title = "Transfer to harder data";
        if (scale == Scale.PAPER) {
            List<Column> columns = List.of(
                    named("CIFAR-10 to CIFAR-100, ViT-S", "cifar-10", "cifar-100", VIT_S, EPOCHS * CIFAR_EPOCH),
                    named("CIFAR-10 to CIFAR-100, ViT-B", "cifar-10", "cifar-100", VIT_B, EPOCHS * CIFAR_EPOCH));
            return new TablePlan("table4", title, scale, Measure.ACCURACY, paperRows(), columns, "vits", null, vision(),
                    List.of(4e-5), 1);
        }
        List<Column> columns = List.of(sized(scale, "shapes", "shape-pairs", 6, 96, ""),
                sized(scale, "shapes", "shape-pairs", 8, 128, ""));
        return small("table4", title, scale, Measure.ACCURACY, columns, "small-vits");
    }

    /** Curves of one target on one text from every start (figure 4). */
    static TablePlan figure4(Scale scale) {
        TablePlan table = table3(scale);
        return new TablePlan("figure4", "A GPT-2's training from several starts", scale, table.measure(), table.rows(),
                List.of(table.columns().get(2)), table.set(), table.tokenizer(), table.meta(), table.rates(),
                table.seeds());
    }

    /** How much the matrices of one shape differ that each hypernetwork predicts (table 5). */
    static TablePlan table5(Scale scale) {
        TablePlan table = table2(scale);
        List<Row> rows = table.rows().stream().map(
                r -> r.label().startsWith("GHN-3's") ? new Row(r.label(), r.start(), true, "GHN-3-T") : r).toList();
        return new TablePlan("table5", "Diversity of predicted parameters", scale, Measure.DISTANCE, rows,
                table.columns(),
                table.set(), table.tokenizer(), table.meta(), table.rates(), table.seeds());
    }

    private static TablePlan small(String name, String title, Scale scale, Measure measure, List<Column> columns,
            String set) {
        boolean tiny = scale == Scale.TINY;
        boolean images = measure == Measure.ACCURACY;
        MetaTrainingRecipe meta = new MetaTrainingRecipe(tiny ? (images ? 2400 : 1200) : 5600, 2, images ? 32 : 16,
                MetaTrainingRecipe.CONTEXT, 1e-2, 0, 1);
        return new TablePlan(name, title, scale, measure, miniRows(), columns, set,
                images ? null : "bytes", meta,
                tiny ? List.of(1e-3) : List.of(1e-3, 3e-3), tiny ? 1 : 3);
    }

    private static MetaTrainingRecipe vision() {
        return new MetaTrainingRecipe(MetaTrainingRecipe.PAPER_EPOCHS * CIFAR_EPOCH, 8, IMAGES,
                MetaTrainingRecipe.CONTEXT, MetaTrainingRecipe.paperRate(DataKind.IMAGES), MetaTrainer.Config.PENALTY,
                1, CIFAR_EPOCH);
    }

    private static MetaTrainingRecipe language() {
        return new MetaTrainingRecipe(MetaTrainingRecipe.PAPER_EPOCHS * WIKITEXT_2_EPOCH, 2, LANGUAGE_BATCH,
                LANGUAGE_CONTEXT, MetaTrainingRecipe.paperRate(DataKind.TOKENS), MetaTrainer.Config.PENALTY, 1,
                WIKITEXT_2_EPOCH);
    }

    private static List<Row> paperRows() {
        return List.of(new Row("RandInit", "random", false, "RandInit"),
                new Row("OrthInit", "orthogonal", false, "OrthInit"),
                new Row("GHN-3-T", "ghn3-t", true, "GHN-3-T"), new Row("GHN-3-L", "ghn3-l", true, "GHN-3-L"),
                new Row("LoGAH-T", "tiny", true, "LoGAH-T"), new Row("LoGAH-S", "small", true, "LoGAH-S"),
                new Row("LoGAH-B", "base", true, "LoGAH-B"), new Row("LoGAH-L", "large", true, "LoGAH-L"),
                new Row("ours (cosine-tiny)", "cosine-tiny", true, ""));
    }

    private static List<Row> miniRows() {
        return List.of(new Row("RandInit", "random", false, "RandInit"),
                new Row("OrthInit", "orthogonal", false, "OrthInit"),
                new Row("GHN-3's decoder (ghn3-mini)", "ghn3-mini", true, "GHN-3-L"),
                new Row("LoGAH's (mini)", "mini", true, "LoGAH-S"),
                new Row("ours (cosine-mini)", "cosine-mini", true, ""));
    }

    private static Column named(String label, String metaData, String data, String model, int steps) {
        return new Column(label, metaData, data, new UnseenTarget.Named(model), steps, label);
    }

    private static Column sized(Scale scale, String metaData, String data, int layers, int width, String paper) {
        String label = metaData.equals(data) ? data : metaData + " to " + data;
        return new Column(label + ", " + layers + " x " + width, metaData, data, new UnseenTarget.Sized(layers, width),
                scale == Scale.TINY ? TINY_STEPS : SMALL_STEPS, paper);
    }
}
