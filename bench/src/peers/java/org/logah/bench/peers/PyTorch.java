package org.logah.bench.peers;

import java.util.function.Supplier;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;

import org.logah.engine.Kernels.Product;

/** PyTorch's CPU kernels through DJL. Each result is a new array, as in any PyTorch program. */
final class PyTorch implements Contestant {
    private final NDManager manager;

    PyTorch(int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        manager = NDManager.newBaseManager("PyTorch");
    }

    @Override
    public String name() { return "PyTorch"; }

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

    @Override
    public Operation product(Product p, float[] a, float[] b) {
        NDManager mine = manager.newSubManager();
        NDArray left = p.transposeA()
                ? mine.create(a, new Shape(p.batch(), p.k(), p.m())).swapAxes(1, 2)
                : mine.create(a, new Shape(p.batch(), p.m(), p.k()));
        NDArray right = p.transposeB()
                ? mine.create(b, new Shape(p.batch(), p.n(), p.k())).swapAxes(1, 2)
                : mine.create(b, new Shape(p.batch(), p.k(), p.n()));
        NDArray x = p.batch() == 1 ? left.squeeze(0) : left;
        NDArray y = p.batch() == 1 ? right.squeeze(0) : right;
        return new Prepared(mine, () -> x.matMul(y));
    }

    @Override
    public Operation rows(RowOperation operation, int rows, int width, float[] x) {
        if (operation == RowOperation.GELU_TANH) return Operation.NONE; // DJL has the other form only
        NDManager mine = manager.newSubManager();
        NDArray in = mine.create(x, new Shape(rows, width));
        NDArray one = mine.ones(new Shape(width));
        NDArray zero = mine.zeros(new Shape(width));
        return new Prepared(mine, operation == RowOperation.SOFTMAX
                ? () -> in.softmax(1)
                : () -> LayerNorm.layerNorm(in, new Shape(width), one, zero, 1e-5f)
                        .singletonOrThrow());
    }

    @Override
    public void close() { manager.close(); }
}
