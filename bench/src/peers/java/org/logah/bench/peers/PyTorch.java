package org.logah.bench.peers;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;

/** PyTorch's CPU kernels through DJL. Each result is a new array, as in any PyTorch program. */
final class PyTorch implements Contestant {
    /** As many rows, columns and terms, and as often, as it takes to see how fast products are. */
    private static final int SIDE = 1024;
    private static final int ROUNDS = 20;
    private final NDManager manager;
    private final @Nullable String processor;
    private boolean multiplies = true;

    PyTorch(int threads) {
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        manager = NDManager.newBaseManager("PyTorch");
        JniUtils.setNumThreads(threads);
        JniUtils.setGraphExecutorOptimize(false); // operators run as they stand, one after the other
        processor = MathKernelLibrary.processor();
    }

    /** Which of its code multiplies here, as MKL says itself where it is there. */
    String path() { return processor == null ? "products without MKL" : "products for " + processor; }

    /**
     * Leaves products out, and all that has some, where MKL does not know the processor, takes code for any, and reaches less than half of
     * what the vectors do: that says nothing of whoever is beside it.
     *
     * @param most GFLOP/s that the vectors do
     * @return GFLOP/s of the product that decided it; not a number where nothing is left out
     */
    double leaveOutSlowProducts(double most) {
        if (processor == null || processor.contains("AVX")) return Double.NaN;
        Workload.Multiply square = new Workload.Multiply(new Product(1, SIDE, SIDE, SIDE, false, false, false));
        try (Operation product = product(square)) {
            double reached = Limits.fastest(ROUNDS, 1e9 * square.work(), product::run);
            multiplies = reached >= most / 2;
            return multiplies ? Double.NaN : reached;
        }
    }

    @Override
    public String name() { return "PyTorch"; }

    @Override
    public @Nullable Operation prepare(Workload workload) {
        if (!multiplies && !(workload instanceof Workload.Rows)) return null;
        return switch (workload) {
            case Workload.Multiply w -> product(w);
            case Workload.Rows w -> rows(w);
            case Workload.Attend w -> attention(w);
            case Workload.TrainingStep w -> TorchTraining.of(w, manager.newSubManager());
            case Workload.MetaStep w -> TorchTraining.of(w, manager.newSubManager());
        };
    }

    private static final class Prepared implements Operation {
        private final Supplier<NDArray> body;
        private final NDManager owner;

        Prepared(NDManager owner, Supplier<NDArray> body) {
            this.owner = owner;
            this.body = body;
        }

        @Override
        public void run() { body.get().close(); }

        @Override
        public float[] result() {
            try (NDArray out = body.get()) {
                return out.toFloatArray();
            }
        }

        @Override
        public void close() { owner.close(); }
    }

    private Prepared product(Workload.Multiply w) {
        Product p = w.product();
        NDManager mine = manager.newSubManager();
        NDArray left = p.transposeA()
                ? mine.create(w.a(), new Shape(p.batch(), p.k(), p.m())).swapAxes(1, 2)
                : mine.create(w.a(), new Shape(p.batch(), p.m(), p.k()));
        NDArray right = p.transposeB()
                ? mine.create(w.b(), new Shape(p.batch(), p.n(), p.k())).swapAxes(1, 2)
                : mine.create(w.b(), new Shape(p.batch(), p.k(), p.n()));
        NDArray x = p.batch() == 1 ? left.squeeze(0) : left;
        NDArray y = p.batch() == 1 ? right.squeeze(0) : right;
        return new Prepared(mine, () -> x.matMul(y));
    }

    private Operation rows(Workload.Rows w) {
        NDManager mine = manager.newSubManager();
        Shape shape = new Shape(w.rows(), w.width());
        NDArray x = mine.create(w.operand(0), shape);
        NDArray y = mine.create(w.operand(1), shape);
        NDArray one = mine.ones(new Shape(w.width()));
        NDArray zero = mine.zeros(new Shape(w.width()));
        return switch (w.kind()) {
            case RESIDUAL_ADD -> new InPlace(mine,
                    TorchScript.of(mine, "x: Tensor, y: Tensor", "torch.add_(x, y)", false),
                    new NDList(named(x, "x"), named(y, "y")), x);
            case BIAS_GELU -> script(mine, "x: Tensor, b: Tensor",
                    "torch.gelu(torch.add(x, b), approximate=\"tanh\")", x,
                    mine.create(w.row(), new Shape(w.width())));
            case GELU -> script(mine, "x: Tensor", "torch.gelu(x, approximate=\"tanh\")", x);
            case GELU_GRADIENT -> script(mine, "x: Tensor, dy: Tensor",
                    "torch.gelu_backward(dy, x, approximate=\"tanh\")", x, y);
            case SOFTMAX -> script(mine, "x: Tensor", "torch.softmax(x, -1)", x);
            case SOFTMAX_GRADIENT -> script(mine, "y: Tensor, dy: Tensor",
                    "torch._softmax_backward_data(dy, y, -1, 6)", x, y);
            case LAYER_NORM -> script(mine, "x: Tensor, w: Tensor, b: Tensor",
                    "torch.layer_norm(x, [" + w.width() + "], w, b, 0.00001)", x, one, zero);
            case LAYER_NORM_GRADIENT -> {
                NDArray mean = x.mean(new int[]{1}, true);
                NDArray rstd = x.sub(mean).square().mean(new int[]{1}, true).add(1e-5f).pow(-0.5f);
                yield script(mine, "dy: Tensor, x: Tensor, mean: Tensor, rstd: Tensor, w: Tensor, b: Tensor",
                        "(torch.native_layer_norm_backward(dy, x, [" + w.width()
                                + "], mean, rstd, w, b, [True, True, True]))[0]",
                        y, x, mean, rstd, one, zero);
            }
            case CROSS_ENTROPY_WITH_GRADIENT -> {
                x.setRequiresGradient(true);
                yield gradient(mine, "x: Tensor, t: Tensor", "torch.cross_entropy_loss(x, t)", "x", x,
                        longs(mine, w.indices(w.width())));
            }
            case ADAMW -> {
                NDArray m = mine.zeros(shape);
                NDArray v = mine.zeros(shape);
                NDArray step = mine.create(1f); // the first, counted as PyTorch does
                TorchScript script = new TorchScript(mine, """
                          def forward(self: __torch__.Peer, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor]) -> Tensor:
                            torch.set_grad_enabled(False)
                            torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), s, lr=0.001, beta1=0.9, beta2=0.999, weight_decay=0.01, eps=0.00000001, amsgrad=False, maximize=False)
                            return torch.clone(s[0])
                        """);
                yield new InPlace(mine, script, new NDList(named(x, "p[]"), named(y, "g[]"), named(m, "m[]"), named(v, "v[]"),
                        named(step, "s[]")), x);
            }
            case EMBEDDING -> script(mine, "t: Tensor, i: Tensor", "torch.embedding(t, i)",
                    mine.create(w.table(), new Shape(Workload.Rows.TABLE_ROWS, w.width())),
                    longs(mine, w.indices(Workload.Rows.TABLE_ROWS)));
            case EMBEDDING_GRADIENT -> script(mine, "dy: Tensor, i: Tensor",
                    "torch.embedding_dense_backward(dy, i, " + Workload.Rows.TABLE_ROWS + ", -1, False)", x,
                    longs(mine, w.indices(Workload.Rows.TABLE_ROWS)));
        };
    }

    /** What changes its first operand. */
    private record InPlace(NDManager owner, TorchScript script, NDList operands, NDArray changed) implements Operation {
        @Override
        public void run() { script.run(operands).close(); }

        @Override
        public float[] result() { return changed.toFloatArray(); }

        @Override
        public void close() { owner.close(); }
    }

    private static NDArray longs(NDManager manager, int[] values) {
        return manager.create(values).toType(DataType.INT64, false);
    }

    private static Operation script(NDManager mine, String arguments, String expression, NDArray... operands) {
        TorchScript script = TorchScript.of(mine, arguments, expression, false);
        return new Prepared(mine, () -> script.run(new NDList(operands)));
    }

    /** Forward and backward of a scalar, by PyTorch's autograd. */
    private static Operation gradient(NDManager mine, String arguments, String scalar, String of, NDArray... operands) {
        TorchScript script = TorchScript.of(mine, arguments,
                "unchecked_cast(Tensor, (torch.grad([" + scalar + "], [" + of + "]))[0])", true);
        return new Prepared(mine, () -> script.run(new NDList(operands)));
    }

    private Operation attention(Workload.Attend w) {
        NDManager mine = manager.newSubManager();
        NDArray qkv = mine.create(w.qkv(), new Shape(w.batch(), w.tokens(), 3, w.heads(), w.headSize()));
        NDArray dOut = mine.create(w.dOut(), new Shape(w.batch(), w.tokens(), w.heads(), w.headSize()));
        NDArray places = mine.arange(w.tokens());
        NDArray mask = places.reshape(1, w.tokens()).gt(places.reshape(w.tokens(), 1));
        qkv.setRequiresGradient(true);
        TorchScript script = new TorchScript(mine, """
                  def forward(self: __torch__.Peer, qkv: Tensor, dy: Tensor, mask: Tensor) -> Tensor:
                    torch.set_grad_enabled(True)
                    parts = torch.permute(qkv, [2, 0, 3, 1, 4])
                    q = torch.select(parts, 0, 0)
                    k = torch.select(parts, 0, 1)
                    v = torch.select(parts, 0, 2)
                    %s
                    out = torch.transpose(y, 1, 2)
                    return unchecked_cast(Tensor, (torch.grad([out], [qkv], annotate(List[Optional[Tensor]], [dy])))[0])
                """.formatted(w.fused()
                ? "y = torch.scaled_dot_product_attention(q, k, v, None, 0., True)"
                : """
                        scores = torch.mul(torch.matmul(q, torch.transpose(k, -2, -1)), %s)
                            seen = torch.masked_fill(scores, mask, -1e30)
                            y = torch.matmul(torch.softmax(seen, -1), v)"""
                        .formatted(1 / Math.sqrt(w.headSize()))));
        return new Prepared(mine, () -> script.run(new NDList(qkv, dOut, mask)));
    }

    private static NDArray named(NDArray array, String name) {
        array.setName(name);
        return array;
    }

    @Override
    public void close() { manager.close(); }
}
