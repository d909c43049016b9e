package org.logah.models.zoo;

import org.logah.engine.random.RandomStream;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/**
 * Draws architectures like those of ViTs-1K and GPTs-1K (LoGAH, section 4.1) and of Llama-1K, which only the paper's code
 * has: deeper ones are narrower.
 */
public final class ArchitectureSampler {
    private static final int LEAST_LAYERS = 3;
    private static final int MOST_LAYERS = 9;
    private static final long MOST_VIT = 10_000_000;
    private static final long MOST_GPT = 30_000_000;
    private static final long MOST_LLAMA = 50_000_000;

    private ArchitectureSampler() {}

    /** A ViT for 32 x 32 images with at most 10M parameters. */
    public static VitConfig vit(RandomStream random, int classes) {
        while (true) {
            VitConfig config = drawVit(random, classes);
            if (new Vit(config).parameterCount() <= MOST_VIT) return config;
        }
    }

    private static VitConfig drawVit(RandomStream random, int classes) {
        int layers = random.nextInt(LEAST_LAYERS, MOST_LAYERS, 1);
        int width = layers > 5
                ? random.nextInt(128, 256, 32)
                : layers > 3 ? random.nextInt(256, 384, 32) : random.nextInt(384, 512, 32);
        int[] heads = width % 12 == 0
                ? new int[]{3, 6, 12}
                : width % 6 == 0 ? new int[]{3, 6} : width % 3 == 0 ? new int[]{3} : new int[]{4, 8};
        int patch = random.nextInt(2) == 0 ? 2 : 4;
        return VitConfig.of(layers, heads[random.nextInt(heads.length)], width, patch, 32, classes);
    }

    /** A GPT with an untied head and at most 30M parameters. */
    public static Gpt2Config gpt(RandomStream random, int vocabulary, int positions) {
        while (true) {
            int layers = random.nextInt(LEAST_LAYERS, MOST_LAYERS, 1);
            int width = layers > 5
                    ? random.nextInt(72, 176, 8)
                    : layers > 3 ? random.nextInt(128, 176, 8) : random.nextInt(176, 256, 8);
            Gpt2Config config = Gpt2Config.of(layers, 8, width, vocabulary, positions, false);
            if (new Gpt2(config).parameterCount() <= MOST_GPT) return config;
        }
    }

    /** A Llama with an untied head and at most 50M parameters. */
    public static LlamaConfig llama(RandomStream random, int vocabulary, int positions) {
        while (true) {
            int layers = random.nextInt(LEAST_LAYERS, MOST_LAYERS, 1);
            int heads = layers > 5 ? 4 : layers > 3 ? 6 : 8;
            int width = heads * (layers > 3 ? random.nextInt(16, 32, 4) : random.nextInt(8, 16, 4));
            int[] keyValueHeads = {1, 2, heads / 2, heads};
            LlamaConfig config = new LlamaConfig(layers, heads, keyValueHeads[random.nextInt(4)], width, 4 * width,
                    vocabulary, positions, 500_000, false);
            if (new Llama(config).parameterCount() <= MOST_LLAMA) return config;
        }
    }
}
