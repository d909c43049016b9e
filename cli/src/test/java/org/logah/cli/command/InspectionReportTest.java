package org.logah.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.inspection.StartInspection;

/** Reports on numbers that are made up. */
class InspectionReportTest {
    private static List<String> lines(TargetNetwork network, StartInspection found) {
        StringWriter text = new StringWriter();
        InspectionReport.print(network, found, new PrintWriter(text));
        return text.toString().lines().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt2-xl", "llama-2-7b", "vit-base", "vit-large"})
    void publishedModelsFitInto80Columns(String name) {
        TargetNetwork network = ModelCatalog.parse(name);
        List<StartInspection.Matrix> matrices = network.parameters().stream().filter(p -> p.shape().rank() > 1)
                .map(p -> new StartInspection.Matrix(p.name(), p.shape(), 1.234e-5, 123456.7, -1.5e-10, 1024)).toList();
        List<StartInspection.Group> groups = matrices.stream().map(m -> new StartInspection.Group(m.shape(), 24, 0.25))
                .distinct().toList();
        List<Double> added = Collections.nCopies(48, 0.00123);
        List<String> lines = lines(network,
                new StartInspection(matrices, groups, List.of(0.00012345), added, List.of(), List.of()));
        for (String line : lines.subList(1, lines.size())) // behind the model's name
            assertTrue(line.length() <= 80, line);
    }

    @Test
    void tensorsStandBelowTheirBlock() {
        TargetNetwork network = ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=32");
        List<StartInspection.Matrix> matrices = network.parameters().stream().filter(p -> p.shape().rank() > 1)
                .map(p -> new StartInspection.Matrix(p.name(), p.shape(), 0.02092,
                        p.name().endsWith("wpe.weight") ? 0 : 0.01995, 6.2311, 17.46))
                .toList();
        assertEquals(List.of("std: standard deviation; own std: that of the model's own random start;",
                "top sv: largest singular value; rank: stable rank; names without 'weight'", "",
                "tensor          shape         std own std   ratio  top sv rank",
                "transformer.wte [256, 16]  0.0209  0.0200    1.05    6.23 17.5",
                "transformer.wpe [32, 16]   0.0209       0       -    6.23 17.5", "transformer.h.0.",
                "  attn.c_attn   [16, 48]   0.0209  0.0200    1.05    6.23 17.5"),
                lines(network, new StartInspection(matrices, List.of(), List.of(), List.of(), List.of(), List.of()))
                        .subList(2,
                                10));
    }
}
