package org.logah.bench.peers;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.Kernels.Product;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.Variant;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.training.meta.ArchitectureSet;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.prediction.GhnConfigs;

/** What all contestants compute, with the operands that all of them get. */
sealed interface Workload {
    /** Its row in the tables; the same from run to run. */
    String name();

    /** Floating point operations, or bytes read and written, or items, in billions. */
    double work();

    String unit();

    /** How often to run before results are compared. */
    default int runsToCheck() { return 1; }

    /** Seconds that everyone runs before it is timed, at least. */
    default double warmUp() { return 1; }

    /** A whole step of a training; its results are the losses of the first ones. */
    sealed interface Step extends Workload {
        @Override
        default int runsToCheck() { return 3; }
    }

    /** A product of random operands. */
    record Multiply(Product product) implements Workload {
        @Override
        public String name() {
            Product p = product;
            return "product " + (p.batch() > 1 ? p.batch() + " of " : "") + p.m() + " x " + p.n() + " x " + p.k()
                    + (p.transposeA() ? " A^T" : "") + (p.transposeB() ? " B^T" : "");
        }

        @Override
        public double work() { return 2e-9 * product.batch() * product.m() * product.n() * product.k(); }

        @Override
        public String unit() { return "GFLOP/s"; }

        float[] a() { return random("a", (long) product.batch() * product.m() * product.k()); }

        float[] b() { return random("b", (long) product.batch() * product.k() * product.n()); }

        private float[] random(String operand, long n) {
            return uniform(new RandomStream(product.hashCode()).split(operand), n);
        }
    }

    /** An operation whose price is memory, on {@code [rows, width]}. */
    record Rows(Kind kind, int rows, int width) implements Workload {
        /** With the bytes that each element must cost, whoever computes it. */
        enum Kind {
            /** In place, as networks here do it. */
            RESIDUAL_ADD(12), BIAS_GELU(8), GELU(8), GELU_GRADIENT(12), SOFTMAX(8), SOFTMAX_GRADIENT(12), LAYER_NORM(8),
            LAYER_NORM_GRADIENT(12), CROSS_ENTROPY_WITH_GRADIENT(12), ADAMW(28), EMBEDDING(8),
            /** Into a table of {@link #TABLE_ROWS} rows, zeroed first. */
            EMBEDDING_GRADIENT(12);

            final int bytes;

            Kind(int bytes) { this.bytes = bytes; }
        }

        static final int TABLE_ROWS = 8192;

        @Override
        public String name() {
            return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + rows + " x " + width;
        }

        long bytes() {
            return (long) rows * width * kind.bytes
                    + (kind == Kind.EMBEDDING_GRADIENT ? 4L * TABLE_ROWS * width : 0);
        }

        @Override
        public double work() { return 1e-9 * bytes(); }

        @Override
        public String unit() { return "GB/s"; }

        /** Operand number {@code i}, uniform on -1 to 1. */
        float[] operand(int i) {
            return uniform(new RandomStream(rows).split("operand " + i), (long) rows * width);
        }

        /** One number a column. */
        float[] row() { return uniform(new RandomStream(width).split("row"), width); }

        float[] table() { return uniform(new RandomStream(width).split("table"), (long) TABLE_ROWS * width); }

        /** One index a row, below {@code limit}. */
        int[] indices(int limit) {
            RandomStream r = new RandomStream(rows).split("indices");
            int[] out = new int[rows];
            for (int i = 0; i < rows; i++) out[i] = r.nextInt(limit);
            return out;
        }
    }

    /**
     * Causal self-attention with its gradient, from packed queries, keys and values.
     *
     * @param fused whether PyTorch uses its own fused kernel, rather than product, softmax, product
     */
    record Attend(int batch, int tokens, int heads, int headSize, boolean fused) implements Workload {
        @Override
        public String name() {
            return "attention with gradient " + batch + " x " + tokens + ", " + heads + " heads"
                    + (fused ? " (PyTorch's fused)" : " (composed)");
        }

        /** Two products forward, five backward, half of each masked. */
        @Override
        public double work() { return 1e-9 * 7 * batch * heads * headSize * (double) tokens * tokens; }

        @Override
        public String unit() { return "GFLOP/s"; }

        int width() { return heads * headSize; }

        float[] qkv() { return uniform(new RandomStream(tokens).split("qkv"), 3L * batch * tokens * width()); }

        float[] dOut() { return uniform(new RandomStream(tokens).split("dOut"), (long) batch * tokens * width()); }
    }

    /**
     * Forward, backward, clipping at norm 1 and AdamW (rate 3e-4, decay 0.01), always on the same batch.
     *
     * @param source the step in TorchScript
     * @param items tokens or images of the batch
     */
    record TrainingStep(String name, TargetNetwork network, String source, int batch, int length,
            int items) implements Step {
        @Override
        public double work() { return items; }

        @Override
        public String unit() { return network.data().kind().unit() + "/s"; }

        int[] tokens(String what) {
            return indices(what, network.data().kind() == DataKind.TOKENS ? items : batch, network.classes());
        }

        float[] images(long elements) { return uniform(new RandomStream(2), elements); }
    }

    /**
     * Meta-training on a few fixed GPTs and always the same batch: prediction, targets, backward pass to the hypernetwork, clipping
     * and AdamW, as meta-training is by default.
     *
     * @param variant of the hypernetwork
     * @param targets the architectures of each step
     */
    record MetaStep(String name, Variant variant, List<Gpt2> targets, int batch, int length) implements Step {
        /** The first GPTs of the set {@code gpts}, as training on such tokens draws them. */
        static MetaStep ofGpts(String name, Variant variant, int count, int vocabulary, int batch, int length) {
            ArchitectureSet set = new ArchitectureSet(ModelCatalog.sampler("gpts"),
                    new DataFormat.Tokens(vocabulary, length), new RandomStream(1));
            List<Gpt2> targets = IntStream.range(0, count).mapToObj(set::architecture).map(Gpt2.class::cast).toList();
            return new MetaStep(name, variant, targets, batch, length);
        }

        HyperNetwork hyperNetwork() { return new HyperNetwork(GhnConfigs.of(NamedVariant.of(variant), null, targets.getFirst().data())); }

        /** The weights that all start from. */
        Parameters start(HyperNetwork network, Device device) { return network.initialized(device, new RandomStream(7)); }

        double clip() { return MetaTrainer.Config.CLIP; }

        double rate() { return MetaTrainingRecipe.paperRate(DataKind.TOKENS); }

        int[] tokens(String what) { return indices(what, batch * length, targets.getFirst().classes()); }

        /** Many operations, each of them small: Java has compiled all after some thirty steps. */
        @Override
        public double warmUp() { return 10; }

        @Override
        public double work() { return targets.size(); }

        @Override
        public String unit() { return "targets/s"; }
    }

    private static int[] indices(String what, int n, int limit) {
        RandomStream r = new RandomStream(1).split(what);
        int[] out = new int[n];
        for (int i = 0; i < n; i++) out[i] = r.nextInt(limit);
        return out;
    }

    private static float[] uniform(RandomStream r, long n) {
        float[] out = new float[Math.toIntExact(n)];
        for (int i = 0; i < out.length; i++) out[i] = (float) (2 * r.nextDouble() - 1);
        return out;
    }
}
