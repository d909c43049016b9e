package org.logah.bench.peers;

import java.util.ArrayList;
import java.util.List;

import org.logah.bench.peers.Workload.Attend;
import org.logah.bench.peers.Workload.MetaStep;
import org.logah.bench.peers.Workload.Multiply;
import org.logah.bench.peers.Workload.Rows;
import org.logah.bench.peers.Workload.TrainingStep;
import org.logah.engine.Kernels.Product;
import org.logah.ghn.Variant;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/** Everything that is compared. */
final class Suite {
    private static final int[][] PRODUCTS = {{256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
            {1024, 1152, 384}, {1024, 1536, 384}, {1024, 3072, 768}, {1024, 768, 3072}, {1024, 50257, 768},
            {4096, 1152, 384}, {4096, 1536, 384}, {4096, 64, 384}, {64, 4096, 384}};
    private static final int[][] ROWS = {{1024, 384}, {8192, 768}};
    private static final int VOCABULARY = 50257;
    private static final int BYTES = 256;

    private Suite() {}

    /** Whole steps first: what they need of memory is measured while nothing else was there. */
    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        Gpt2Config small = Gpt2Config.of(4, 6, 384, 8192, 256, false);
        all.add(new TrainingStep("step of a GPT of 13.5M, 4 x 256 tokens", new Gpt2(small), TorchSources.gpt2(small), 4,
                256, 1024));
        Gpt2Config gpt2 = Gpt2Config.published(12, 12, 768);
        all.add(new TrainingStep("step of GPT-2 small, 1 x 512 tokens", new Gpt2(gpt2), TorchSources.gpt2(gpt2), 1, 512,
                512));
        VitConfig vit = VitConfig.of(12, 6, 384, 4, 32, 10);
        all.add(new TrainingStep("step of ViT-Small, 32 images of 32 x 32", new Vit(vit), TorchSources.vit(vit), 32, 32,
                32));
        all.add(MetaStep.ofGpts("meta-step of LoGAH-Tiny, 2 GPTs of GPTs-1K, 6 x 64 tokens", Variant.TINY, 2, BYTES, 6, 64));
        all.add(MetaStep.ofGpts("meta-step of LoGAH-Tiny, 2 GPTs of 18M and 20M, 6 x 64 tokens", Variant.TINY, 2, VOCABULARY, 6, 64));
        for (int[] s : PRODUCTS) {
            all.add(new Multiply(new Product(1, s[0], s[1], s[2], false, false, false)));
            all.add(new Multiply(new Product(1, s[0], s[1], s[2], false, true, false)));
            all.add(new Multiply(new Product(1, s[0], s[1], s[2], true, false, false)));
        }
        all.add(new Multiply(new Product(24, 256, 256, 64, false, true, false)));
        for (Rows.Kind kind : Rows.Kind.values()) for (int[] s : ROWS) all.add(new Rows(kind, s[0], s[1]));
        all.add(new Rows(Rows.Kind.SOFTMAX, 256, VOCABULARY));
        all.add(new Rows(Rows.Kind.CROSS_ENTROPY_WITH_GRADIENT, 256, VOCABULARY));
        for (int tokens : new int[]{256, 1024})
            for (boolean fused : new boolean[]{false, true}) all.add(new Attend(2, tokens, 6, 64, fused));
        return all;
    }
}
