package org.logah.ghn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.TensorException;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.CosineDecoder;
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
    }

    @ParameterizedTest
    @CsvSource({"Mini, mini", "mini+Mean-Field+relative, mini+relative+mean-field",
            "mini+relative+mean-field, mini+relative+mean-field", "ghn3-mini+std, ghn3-mini+std",
            "cosine-mini+binned, cosine-mini+binned", "mini+relative+cosine, mini+cosine+relative",
            "mini+mean-field+siblings+relative, mini+relative+siblings+mean-field",
            "mini+mean-field+nearby, mini+nearby+mean-field",
            "mini+nearby+siblings+relative, mini+relative+siblings+nearby"})
    void aHypernetworkHasOneName(String written, String label) {
        assertEquals(label, NamedVariant.parse(written).label());
        assertEquals(config(written), config(label));
    }

    /** GHN-2's decoder goes with its encoder. */
    @Test
    void anotherDecoderGoesWithAnotherEncoder() {
        GhnConfig config = NamedVariant.parse("mini+conv").config(Domain.VISION, "gatedgnn");
        assertEquals(new ConvDecoder.Config().with(ConvDecoder.Window.CORNER), config.decoder());
    }

    @Test
    void howFarDistancesAreToldIsAGraphormers() {
        NamedVariant named = NamedVariant.parse("mini+nearby");
        String found = assertThrows(TensorException.class, () -> named.config(Domain.LANGUAGE, "gatedgnn"))
                .getMessage();
        assertTrue(found.startsWith("variant 'mini+nearby': its encoder is gatedgnn; "), found);
    }

    @ParameterizedTest
    @CsvSource({"micro, variant 'micro': choose one of tiny", "mini+, variant 'mini+': behind a +",
            "mini+none, variant 'mini+none': behind a +",
            "mini+relative+relative, variant 'mini+relative+relative': behind a +",
            "mini+conv+cosine, variant 'mini+conv+cosine': behind a +",
            "+cosine, variant '+cosine': in front of the + stands one of tiny",
            "mini+siblings+no-siblings, variant 'mini+siblings+no-siblings': behind a +",
            "mini+nearby+nearby, variant 'mini+nearby+nearby': behind a +",
            "mini+std+std, variant 'mini+std+std': behind a +",
            "mini+binned+relative, variant 'mini+binned+relative': behind a +",
            "mini+std+paper, variant 'mini+std+paper': behind a +"})
    void whatIsNoVariantOrChangeIsRefused(String name, String message) {
        String found = assertThrows(TensorException.class, () -> NamedVariant.parse(name)).getMessage();
        assertTrue(found.startsWith(message), found);
    }

    @Test
    void noNameIsNoVariant() {
        String found = assertThrows(TensorException.class, () -> NamedVariant.parse("")).getMessage();
        assertTrue(found.startsWith("variant '': choose one of tiny"), found);
    }
}
