package org.logah.training.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.logah.engine.TensorException;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.training.experiment.ComparisonConfig;
import org.logah.training.paper.TablePlan.Column;
import org.logah.training.paper.TablePlan.Row;

class PlansTest {
    @ParameterizedTest
    @EnumSource(Scale.class)
    void everyPlanCanBe(Scale scale) {
        for (PaperExperiment e : PaperExperiment.values()) {
            if (e == PaperExperiment.FIGURE1) continue;
            TablePlan plan = e.plan(scale);
            assertEquals(e.label(), plan.name());
            ArchitectureSampler sampler = ModelCatalog.sampler(plan.set());
            DataFormat data = sampler.dataKind() == DataKind.TOKENS
                    ? new DataFormat.Tokens(256, plan.meta().context())
                    : new DataFormat.Images(3, 32, 10);
            assertEquals(plan.columns().size(),
                    new HashSet<>(plan.columns().stream().map(Column::label).toList()).size(), e + " " + scale);
            for (Column c : plan.columns()) {
                assertTrue(c.target().network(sampler, data).parameterCount() > 0, c.label());
                ComparisonConfig config = new ComparisonConfig(plan.meta(), plan.set(), plan.variants(), plan.others(),
                        c.target(), c.steps(), plan.rates());
                assertEquals(plan.rows().size(), config.starts().size());
            }
        }
    }

    /** Of the rows and columns that stand beside the paper's, those that are known are found. */
    @Test
    void thePapersNumbersStandInTheirPlaces() {
        TablePlan table2 = PaperExperiment.TABLE2.plan(Scale.PAPER);
        assertEquals(86.35, PaperNumbers.of("table2", "LoGAH-S", "CIFAR-10, ViT-B"));
        for (Row row : table2.rows())
            if (List.of("RandInit", "OrthInit", "GHN-3-L", "LoGAH-S").contains(row.paper()))
                assertNotNull(PaperNumbers.of("table2", row.paper(), table2.columns().getFirst().paper()), row.label());
        for (Column c : PaperExperiment.TABLE3.plan(Scale.TINY).columns())
            assertNotNull(PaperNumbers.of("table3", "RandInit", c.paper()), c.label());
    }

    @Test
    void whatIsMistypedIsAnsweredWithWhatThereIs() {
        assertTrue(assertThrows(TensorException.class, () -> PaperExperiment.parse("table9")).getMessage()
                .contains("choose one of table2, table3, table4, table5, figure1, figure4"));
        assertTrue(assertThrows(TensorException.class, () -> Scale.parse("huge")).getMessage()
                .contains("choose one of tiny, small, paper"));
    }
}
