package org.logah.tornado;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;

/** The engine's operations on a GPU: each is one or more launches of the kernels in {@link KernelCatalog}. */
final class GpuOperations implements Kernels {
    private final String name;
    private final GpuDevice device;
    private final GpuElementwise elementwise;
    private final GpuReductions reductions;
    private final GpuProducts products;
    private final GpuRows rows;
    private final GpuAttention attention;
    private final GpuTables tables;
    private final GpuOptimizers optimizers;

    /**
     * @param name for reports
     * @param products in 32 bits, or on tensor cores
     */
    GpuOperations(String name, GpuDevice device, Launcher launcher, GpuProducts products) {
        this.name = name;
        this.device = device;
        this.elementwise = new GpuElementwise(device, launcher);
        this.reductions = new GpuReductions(device, launcher);
        this.products = products;
        this.rows = new GpuRows(device, launcher);
        this.attention = new GpuAttention(device, launcher);
        this.tables = new GpuTables(device, launcher);
        this.optimizers = new GpuOptimizers(device, launcher);
    }

    @Override
    public String name() { return name; }

    @Override
    public void plainLoop(String operation, Runnable loop) {
        throw new TensorException(operation + " has no kernel on " + device.name()
                + " yet, only a plain loop over host memory; --device cpu computes it");
    }

    @Override
    public void fill(Tensor out, float value) { elementwise.fill(out, value); }

    @Override
    public void copyBlocks(BlockCopy block, Tensor src, Tensor dst) { elementwise.copyBlocks(block, src, dst); }

    @Override
    public void permute(int[] axes, Tensor x, Tensor out) { elementwise.permute(axes, x, out); }

    @Override
    public void unary(Unary op, Tensor x, Tensor out) { elementwise.unary(op, x, out); }

    @Override
    public void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx) { elementwise.unaryGradient(op, x, dy, dx); }

    @Override
    public void binary(Binary op, Tensor a, Tensor b, Tensor out) { elementwise.binary(op, a, b, out); }

    @Override
    public void affine(float scale, float shift, Tensor x, Tensor out) { elementwise.affine(scale, shift, x, out); }

    @Override
    public void addScaled(float scale, Tensor x, Tensor y) { elementwise.addScaled(scale, x, y); }

    @Override
    public void sumTo(Tensor x, Tensor out) { reductions.sumTo(x, out); }

    @Override
    public double sumOfSquares(Tensor x) { return reductions.sumOfSquares(List.of(x)); }

    @Override
    public double sumOfSquares(List<Tensor> all) { return reductions.sumOfSquares(all); }

    @Override
    public void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        products.product(p, a, b, bias, out);
    }

    @Override
    public void softmax(Tensor x, Tensor out) { rows.softmax(x, out); }

    @Override
    public void softmaxGradient(Tensor y, Tensor dy, Tensor dx) { rows.softmaxGradient(y, dy, dx); }

    @Override
    public void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        rows.layerNorm(eps, x, weight, bias, out, mean, rstd);
    }

    @Override
    public void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias) {
        rows.layerNormGradient(x, weight, mean, rstd, dy, dx, dWeight, dBias);
    }

    @Override
    public void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        attention.attention(a, q, k, v, bias, out, lse);
    }

    @Override
    public void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out,
            Tensor lse, Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias) {
        attention.attentionGradient(a, q, k, v, bias, out, lse, dOut, dq, dk, dv, dBias);
    }

    @Override
    public void gather(Tensor table, Tensor indices, Tensor out) { tables.gather(table, indices, out); }

    @Override
    public void scatterAdd(Tensor rows, Tensor indices, Tensor table) { tables.scatterAdd(rows, indices, table); }

    @Override
    public void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse) {
        rows.crossEntropy(smoothing, logits, targets, loss, lse);
    }

    @Override
    public void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss,
            Tensor dLogits) {
        rows.crossEntropyGradient(smoothing, logits, targets, lse, dLoss, dLogits);
    }

    @Override
    public void gru(Tensor gi, Tensor gh, Tensor h, Tensor out) { elementwise.gru(gi, gh, h, out); }

    @Override
    public void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH) {
        elementwise.gruGradient(gi, gh, h, dOut, dGi, dGh, dH);
    }

    @Override
    public void adamW(AdamWStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        optimizers.adamW(step, List.of(new AdamWSlot(parameter, gradient, m, v)));
    }

    @Override
    public void adamW(AdamWStep step, List<AdamWSlot> slots) { optimizers.adamW(step, slots); }
}
