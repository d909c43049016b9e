package org.logah.cli.command;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.models.FamilyOption;
import org.logah.models.FamilyOption.ValueType;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetFamily;
import org.logah.models.TargetNetwork;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model, by name; help shows the families that are registered, and what may be chosen about each. */
final class ModelOption {
    @Option(names = "--model", required = true, paramLabel = "NAME", completionCandidates = Names.class, description = "${COMPLETION-CANDIDATES}, or with changes: gpt2:layers=6,width=96,heads=4.")
    private String name = "";

    /** Every published name. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() { return ModelCatalog.names().iterator(); }
    }

    @Spec(Spec.Target.MIXEE)
    void command(CommandSpec command) { explain(command); }

    /** Adds what may be chosen about each family to a command's help. */
    static void explain(CommandSpec command) {
        HelpTable.add(command, "What may be changed about a model", ModelOption::rows);
    }

    private static Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (TargetFamily family : ModelCatalog.families()) {
            for (FamilyOption o : family.options())
                rows.put(family.kind() + ":" + o.key() + (o.type() == ValueType.NUMBER ? "=N" : "=true"),
                        o.meaning());
        }
        return rows;
    }

    /** As it was written. */
    String name() { return name; }

    TargetNetwork network() { return ModelCatalog.parse(name); }
}
