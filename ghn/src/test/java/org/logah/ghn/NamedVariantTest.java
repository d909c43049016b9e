package org.logah.ghn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.TensorException;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.CosineDecoder;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.decoder.ParameterDecoder;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.ShapeForm;

class NamedVariantTest {
    private static GhnConfig config(String name) { return NamedVariant.parse(name).config(Domain.LANGUAGE, null); }

    @Test
    void changesStandBehindAPlusInAnyOrder() {
        GhnConfig mini = Variant.MINI.config(Domain.LANGUAGE);
        assertEquals(mini, config("mini"));
        assertEquals(mini.withScaling(new MeanFieldScaling()), config("Mini+Mean-Field"));
        assertEquals(mini.withShapes(ShapeForm.RELATIVE), config("mini+relative"));
        GhnConfig both = mini.withShapes(ShapeForm.RELATIVE).withScaling(new MeanFieldScaling());
        assertEquals(both, config("mini+relative+mean-field"));
        assertEquals(both, config("mini+mean-field+relative"));
        assertEquals(both.withDecoder(new CosineDecoder.Config()), config("mini+mean-field+Cosine+relative"));
        assertEquals(mini, config("mini+low-rank"), "its own has its own size");
        assertEquals(ShapeForm.RELATIVE, config("cosine-mini").features().shapes());
        assertEquals(ShapeForm.BINNED, config("cosine-mini+binned").features().shapes());
        assertEquals(mini.withSiblings(true), config("mini+siblings"));
        assertEquals(config("cosine-mini"), config("cosine-mini+siblings"));
        assertEquals(config("cosine-mini").withSiblings(false), config("cosine-mini+no-siblings"));
        assertEquals(mini.withEncoder(new Graphormer.Config(4, 2, 3)), config("mini+nearby"));
        assertEquals(mini, config("mini+all-distances"));
        assertEquals(config("cosine-mini"), config("cosine-mini+nearby"));
        assertEquals(config("cosine-mini").withEncoder(new Graphormer.Config(4, 2)),
                config("cosine-mini+all-distances"));
    }

    @ParameterizedTest
    @CsvSource({"Mini, mini", "mini+Mean-Field+relative, mini+relative+mean-field",
            "mini+relative+mean-field, mini+relative+mean-field", "ghn3-mini+std, ghn3-mini+std",
            "cosine-mini+binned, cosine-mini+binned", "mini+relative+cosine, mini+cosine+relative",
            "mini+mean-field+siblings+relative, mini+relative+siblings+mean-field",
            "mini+mean-field+nearby, mini+nearby+mean-field",
            "cosine-mini+All-Distances+siblings, cosine-mini+siblings+all-distances",
            "mini+nearby+siblings+relative, mini+relative+siblings+nearby"})
    void aHypernetworkHasOneName(String written, String label) {
        assertEquals(label, NamedVariant.parse(written).label());
        assertEquals(config(written), config(label));
    }

    @ParameterizedTest
    @CsvSource({"tiny, tiny", "mini+low-rank, mini", "cosine-mini+nearby, cosine-mini", "mini+conv, mini+conv",
            "cosine-mini+all-distances+no-siblings, cosine-mini+no-siblings+all-distances",
            "cosine-tiny+std, cosine-tiny+std", "ghn3-t+relative, ghn3-t+relative",
            "ghn3-mini+nearby, ghn3-mini+nearby"})
    void aConfigurationHasTheNameThatMeansIt(String written, String name) {
        for (Domain domain : Domain.values()) {
            GhnConfig config = NamedVariant.parse(written).config(domain, null);
            assertEquals(name, NamedVariant.nameOf(config));
            assertEquals(name, NamedVariant.nameOf(config.withClasses(100)));
            assertNull(NamedVariant.nameOf(config.withEncoder(new Graphormer.Config(2, 2, 5))));
            assertNull(NamedVariant.nameOf(config.withEncoder(new GatedGnn.Config())));
        }
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void everyVariantHasItsName(Variant variant) {
        for (Domain domain : Domain.values())
            assertEquals(variant.label(), NamedVariant.nameOf(variant.config(domain)), domain.toString());
    }

    /** Sizes have no names, and a part that nobody registered is behind no +. */
    @Test
    void whatNoNameMeansHasNone() {
        GhnConfig mini = Variant.MINI.config(Domain.LANGUAGE);
        assertNull(NamedVariant.nameOf(mini.withScaling(new MeanFieldScaling(2, false))));
        assertNull(NamedVariant.nameOf(mini.withDecoder(new CosineDecoder.Config(8, 8, 8, 4))));
        assertNull(NamedVariant.nameOf(mini.withDecoder(new Unknown(4))));
    }

    private record Unknown(int maxKernel) implements DecoderConfig {
        @Override
        public String kind() { return "unknown"; }

        @Override
        public ParameterDecoder build(int hidden, int classes) { throw new AssertionError("is not built"); }
    }

    /** GHN-2's decoder goes with its encoder. */
    @Test
    void anotherDecoderGoesWithAnotherEncoder() {
        GhnConfig config = NamedVariant.parse("mini+conv").config(Domain.VISION, "gatedgnn");
        assertEquals(new ConvDecoder.Config().with(ConvDecoder.Window.CORNER), config.decoder());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nearby", "all-distances"})
    void howFarDistancesAreToldIsAGraphormers(String distances) {
        NamedVariant named = NamedVariant.parse("mini+" + distances);
        assertEquals(
                "variant 'mini+" + distances + "': its encoder is gatedgnn; how far distances are told apart is a "
                        + "graphormer's, so leave +" + distances + " out",
                assertThrows(TensorException.class, () -> named.config(Domain.LANGUAGE, "gatedgnn")).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"micro, variant 'micro': choose one of tiny",
            "mini+, variant 'mini+': nothing is behind a +; choose of ",
            "mini+None, variant 'mini+None': 'None' is no change; choose of ",
            "mini+relative+relative, '...: has two changes of a kind, relative and relative; leave one form of shapes out'",
            "mini+conv+cosine, '...: has two changes of a kind, conv and cosine; leave one decoder out'",
            "+cosine, variant '+cosine': in front of the + stands one of tiny",
            "mini+siblings+no-siblings, '...: has two changes of a kind, siblings and no-siblings; leave one word on siblings out'",
            "mini+nearby+nearby, '...: has two changes of a kind, nearby and nearby; leave one word on distances out'",
            "mini+std+nearby+all-distances, '...: has two changes of a kind, nearby and all-distances; leave one word on distances out'",
            "mini+std+std, '...: has two changes of a kind, std and std; leave one scaling out'",
            "mini+binned+relative, '...: has two changes of a kind, binned and relative; leave one form of shapes out'",
            "mini+std+paper, '...: has two changes of a kind, std and paper; leave one scaling out'"})
    void whatIsNoVariantOrChangeIsRefused(String name, String message) {
        String found = assertThrows(TensorException.class, () -> NamedVariant.parse(name)).getMessage();
        String expected = message.replace("...", "variant '" + name + "'");
        assertTrue(found.startsWith(expected), found);
    }

    @Test
    void noNameIsNoVariant() {
        String found = assertThrows(TensorException.class, () -> NamedVariant.parse("")).getMessage();
        assertTrue(found.startsWith("variant '': choose one of tiny"), found);
    }
}
