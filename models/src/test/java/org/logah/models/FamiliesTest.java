package org.logah.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.llama.Llama;
import org.logah.models.vit.Vit;

/** What the registered families say of themselves. */
class FamiliesTest {
    private static final Tokens BYTES = new Tokens(256, 64);
    private static final Images CIFAR = new Images(3, 32, 10);

    @Test
    void threeFamiliesAreRegistered() {
        assertEquals(List.of("gpt2", "llama", "vit"),
                ModelCatalog.families().stream().map(TargetFamily::kind).toList());
        assertEquals(List.of("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "llama-2-7b", "llama-3-8b", "vit-tiny",
                "vit-small", "vit-base", "vit-large"), ModelCatalog.names());
        assertEquals(ModelCatalog.parse("llama-3-8b").describe(), ModelCatalog.parse("LLAMA").describe());
        assertEquals(ModelCatalog.parse("vit-tiny").describe(), ModelCatalog.parse("vit").describe());
    }

    /** An option that was declared and is read nowhere would be taken and do nothing. */
    @Test
    void everyOptionOfEveryFamilyChangesSomething() {
        for (TargetFamily family : ModelCatalog.families()) {
            String usual = ModelCatalog.parse(family.kind()).describe();
            for (FamilyOption option : family.options()) {
                String now = describe(usual, option);
                assertNotEquals(usual, now, family.kind() + ": " + option);
                assertTrue(!option.meaning().isEmpty() && option.key().matches("[a-z]+"), option.toString());
            }
        }
    }

    /** Twice the number, or the opposite; what then does not fit together names the option, too. */
    private static String describe(String usual, FamilyOption option) {
        String value = usual.replaceFirst(".*[:,]" + option.key() + "=([^,]*).*", "$1");
        String other = option.type() == FamilyOption.ValueType.FLAG
                ? Boolean.toString(!Boolean.parseBoolean(value))
                : Integer.toString(2 * Integer.parseInt(value));
        String name = usual.substring(0, usual.indexOf(':'));
        try {
            return ModelCatalog.parse(name + ":" + option.key() + "=" + other).describe();
        } catch (TensorException e) {
            return e.getMessage();
        }
    }

    @Test
    void optionsThatAFamilyDidNotDeclareCannotBeRead() {
        OptionValues values = new OptionValues("x:layers=2", "layers=2",
                List.of(FamilyOption.number("layers", "layers"), FamilyOption.flag("tied", "tied")));
        assertEquals(2, values.number("layers", 7));
        assertEquals(true, values.flag("tied", true));
        assertThrows(IllegalArgumentException.class, () -> values.number("depth", 7));
        assertThrows(IllegalArgumentException.class, () -> values.flag("layers", true));
    }

    @Test
    void formatsSayWhatABatchLooksLike() {
        assertEquals(Shape.of(4, 64), BYTES.inputShape(4));
        assertEquals(DType.I32, BYTES.inputType());
        assertEquals(256, BYTES.targets(4));
        assertEquals(new Tokens(256, 8), BYTES.withLength(8));
        assertEquals(Shape.of(4, 3, 32, 32), CIFAR.inputShape(4));
        assertEquals(DType.F32, CIFAR.inputType());
        assertEquals(4, CIFAR.targets(4));
        assertEquals(CIFAR, CIFAR.withLength(8));
        assertEquals(new Tokens(50257, 1024), ModelCatalog.parse("gpt2").data());
        assertEquals(new Images(3, 224, 1000), ModelCatalog.parse("vit-base").data());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "gpt2:vocabulary=100 | TOKENS | a vocabulary of 100 cannot hold the 256 tokens of the data; use vocabulary=256",
            "gpt2:positions=32 | TOKENS | sequences of 64 tokens, the model 32 positions; use positions=64",
            "gpt2 | IMAGES | tokens are needed, these are images: images of 3 x 32 x 32 in 10 classes",
            "vit:image=32 | TOKENS | images are needed, these are tokens: sequences of 64 of 256 tokens",
            "vit | IMAGES | images of 3 x 32 x 32, the model reads 3 x 224 x 224; use image=32",
            "vit:image=32,classes=5 | IMAGES | the data has 10 classes, the model 5; use classes=10"})
    void dataThatAModelCannotReadIsRefused(String model, DataKind kind, String message) {
        DataFormat data = kind == DataKind.TOKENS ? BYTES : CIFAR;
        String found = assertThrows(TensorException.class, () -> ModelCatalog.parse(model).data().requireFit(data))
                .getMessage();
        assertTrue(found.contains(message), found);
    }

    @Test
    void dataThatAModelCanReadIsTaken() {
        ModelCatalog.parse("gpt2").data().requireFit(BYTES);
        ModelCatalog.parse("vit:image=32,classes=100").data().requireFit(CIFAR);
    }

    /** The same architectures as ever: hypernetworks that are trained on them go on with the same ones. */
    @ParameterizedTest
    @CsvSource({"vits, -391032839", "gpts, 1237138342", "llamas, 1276903845"})
    void theThousandDrawnFromASeedAreTheSameAsEver(String name, int hash) {
        ArchitectureSampler sampler = ModelCatalog.sampler(name);
        assertEquals(1000, sampler.size());
        RandomStream set = new RandomStream(1).split("meta").split("set");
        int found = 0;
        for (int i = 0; i < 1000; i++)
            found = 31 * found + sampler.draw().draw(set.split(i), data(sampler)).describe().hashCode();
        assertEquals(hash, found);
    }

    private static DataFormat data(ArchitectureSampler sampler) {
        return sampler.dataKind() == DataKind.TOKENS ? BYTES : CIFAR;
    }

    @Test
    void sampledArchitecturesLookLikeTheSets() {
        assertEquals(4.75e6, mean("vits", CIFAR, 1_000_000, 10_000_000, n -> n.parameterCount()), 0.5e6);
        assertEquals(16.3e6, mean("gpts", new Tokens(50257, 1024), 7_000_000, 30_000_000, n -> n.parameterCount()),
                1e6);
        double shared = mean("llamas", BYTES, 100_000, 50_000_000, n -> {
            var c = ((Llama) n).config();
            assertTrue(c.layers() >= 3 && c.layers() <= 9 && c.headSize() % 4 == 0 && c.width() <= 192, c.toString());
            return c.keyValueHeads() < c.heads() ? 1 : 0;
        });
        assertEquals(0.75, shared, 0.1, "how often keys and values are shared");
        mean("vits", CIFAR, 1_000_000, 10_000_000, n -> {
            var c = ((Vit) n).config();
            assertTrue(c.layers() >= 3 && c.layers() <= 9 && c.width() % c.heads() == 0 && c.width() % 32 == 0,
                    c.toString());
            return 0;
        });
        mean("small", BYTES, 30_000, 300_000, n -> {
            var c = ((Gpt2) n).config();
            assertTrue(c.layers() >= 2 && c.layers() <= 4 && c.width() % 8 == 0 && c.width() <= 64, c.toString());
            return 0;
        });
    }

    /** A set's own proportions at a size that it does not have. */
    @Test
    void everySetHasOneOfAnySize() {
        for (ArchitectureSampler s : ModelCatalog.samplers()) {
            DataFormat data = s.dataKind() == DataKind.TOKENS ? BYTES : CIFAR;
            TargetNetwork n = s.sized().network(7, 96, data);
            n.data().requireFit(data);
            assertTrue(n.describe().contains("layers=7") && n.describe().contains("width=96"), n.describe());
            assertTrue(s.summary().startsWith(s.one()), s.summary());
        }
        assertThrows(TensorException.class, () -> ModelCatalog.sampler("small").sized().network(2, 34, BYTES));
        mean("small-llamas", BYTES, 30_000, 400_000, n -> {
            var c = ((Llama) n).config();
            assertTrue(c.layers() >= 2 && c.layers() <= 4 && c.width() % 8 == 0 && c.width() <= 64, c.toString());
            return 0;
        });
        mean("small-vits", CIFAR, 20_000, 300_000, n -> {
            var c = ((Vit) n).config();
            assertTrue(c.layers() >= 2 && c.layers() <= 4 && c.width() % 8 == 0 && c.width() <= 64, c.toString());
            return 0;
        });
    }

    private static double mean(String name, DataFormat data, long least, long most,
            ToDoubleFunction<TargetNetwork> of) {
        ArchitectureSampler sampler = ModelCatalog.sampler(name);
        return IntStream.range(0, 400).mapToObj(i -> sampler.draw().draw(new RandomStream(1).split(i), data))
                .peek(n -> {
                    assertTrue(n.parameterCount() > least && n.parameterCount() <= most, n.describe());
                    n.data().requireFit(data);
                }).mapToDouble(of).average().orElseThrow();
    }

    @Test
    void setsThatAreNotThereAreNamed() {
        assertTrue(assertThrows(TensorException.class, () -> ModelCatalog.sampler("gpt")).getMessage()
                .endsWith("unknown set 'gpt'; choose one of small, gpts, small-llamas, llamas, small-vits, vits"));
        ArchitectureSampler gpts = ModelCatalog.sampler("gpts");
        assertThrows(TensorException.class, () -> gpts.draw().draw(new RandomStream(1), CIFAR));
        assertTrue(assertThrows(TensorException.class,
                () -> gpts.draw().draw(new RandomStream(1), new Tokens(10_000_000, 64)))
                .getMessage().contains("has at most 30,000,000 parameters"));
    }

    @Test
    void theLastOfTenThousandDrawsCounts() {
        TargetNetwork small = ModelCatalog.parse("gpt2:layers=1,heads=1,width=8,vocabulary=8,positions=8");
        TargetNetwork large = ModelCatalog.parse("gpt2:layers=1,heads=1,width=16,vocabulary=8,positions=8");
        int[] drawn = new int[1];
        assertEquals(small, ArchitectureSampler.atMost(small.parameterCount(),
                () -> ++drawn[0] == 10_000 ? small : large));
        assertEquals(10_000, drawn[0]);
    }
}
