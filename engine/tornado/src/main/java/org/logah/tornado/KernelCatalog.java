package org.logah.tornado;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

import org.logah.engine.DType;
import org.logah.tornado.kernel.Elementwise;
import org.logah.tornado.kernel.FlashAttention;
import org.logah.tornado.kernel.FlashAttentionGradient;
import org.logah.tornado.kernel.Indexing;
import org.logah.tornado.kernel.Optimizers;
import org.logah.tornado.kernel.Products;
import org.logah.tornado.kernel.Reductions;
import org.logah.tornado.kernel.Rows;
import org.logah.tornado.kernel.TensorCores;

/** Every kernel that works on the device's memory: whatever is declared here is compiled where it is launched. */
final class KernelCatalog {
    static final GpuKernel FILL = GpuKernel.elements(Elementwise::fill);
    static final GpuKernel COPY_BLOCKS = GpuKernel.elements(Elementwise::copyBlocks);
    static final GpuKernel PERMUTE = GpuKernel.elements(Elementwise::permute);
    static final GpuKernel UNARY = GpuKernel.elements(Elementwise::unary);
    static final GpuKernel UNARY_GRADIENT = GpuKernel.elements(Elementwise::unaryGradient);
    static final GpuKernel BINARY = GpuKernel.elements(Elementwise::binary);
    static final GpuKernel AFFINE = GpuKernel.elements(Elementwise::affine);
    static final GpuKernel ADD_SCALED = GpuKernel.elements(Elementwise::addScaled);
    static final GpuKernel GRU = GpuKernel.elements(Elementwise::gru);
    static final GpuKernel GRU_GRADIENT = GpuKernel.elements(Elementwise::gruGradient);

    static final GpuKernel SUM_TO = GpuKernel.elements(Reductions::sumTo);
    static final GpuKernel COLUMN_SUMS = GpuKernel.tiles(Reductions::columnSums);
    static final GpuKernel SQUARES = GpuKernel.elements(Reductions::squares);
    static final GpuKernel TOTAL = GpuKernel.elements(Reductions::total);

    static final GpuKernel PRODUCT = GpuKernel.tiles(Products::product);
    static final GpuKernel LARGE_PRODUCT = GpuKernel.tiles(Products::largeProduct);
    static final GpuKernel PACK = GpuKernel.tensorCores(TensorCores::pack, 128);
    static final GpuKernel PRODUCT_BF16 = GpuKernel.tensorCores(TensorCores::productBf16, TensorCores.THREADS);
    static final GpuKernel PRODUCT_F16 = GpuKernel.tensorCores(TensorCores::productF16, TensorCores.THREADS);

    static final GpuKernel SOFTMAX = GpuKernel.elements(Rows::softmax);
    static final GpuKernel SOFTMAX_GRADIENT = GpuKernel.elements(Rows::softmaxGradient);
    static final GpuKernel LAYER_NORM = GpuKernel.elements(Rows::layerNorm);
    static final GpuKernel LAYER_NORM_GRADIENT = GpuKernel.elements(Rows::layerNormGradient);
    static final GpuKernel LAYER_NORM_COLUMNS = GpuKernel.tiles(Rows::layerNormColumns);
    static final GpuKernel CROSS_ENTROPY = GpuKernel.elements(Rows::crossEntropy);
    static final GpuKernel CROSS_ENTROPY_GRADIENT = GpuKernel.elements(Rows::crossEntropyGradient);

    static final GpuKernel ATTENTION = GpuKernel.tiles(FlashAttention::attention);
    static final GpuKernel ATTENTION_ROW_MEANS = GpuKernel.elements(FlashAttention::attentionRowMeans);
    static final GpuKernel ATTENTION_QUERY_GRADIENT = GpuKernel.tiles(FlashAttentionGradient::attentionQueryGradient);
    static final GpuKernel ATTENTION_KEY_GRADIENT = GpuKernel.tiles(FlashAttentionGradient::attentionKeyGradient);
    static final GpuKernel ATTENTION_BIAS_GRADIENT = GpuKernel.elements(FlashAttention::attentionBiasGradient);

    static final GpuKernel GATHER = GpuKernel.elements(Indexing::gather);
    static final GpuKernel CHAIN = GpuKernel.elements(Indexing::chain);
    static final GpuKernel SCATTER_ADD = GpuKernel.elements(Indexing::scatterAdd);

    static final GpuKernel ADAM_W = GpuKernel.elements(Optimizers::adamW);

    private KernelCatalog() {}

    /** Every constant of this class, in the order of the file, those for tensor cores included. */
    static List<GpuKernel> declared() {
        List<GpuKernel> kernels = new ArrayList<>();
        for (Field field : KernelCatalog.class.getDeclaredFields()) {
            try {
                if (field.getType() == GpuKernel.class) kernels.add((GpuKernel) field.get(null));
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(field + " cannot be read", e);
            }
        }
        return List.copyOf(kernels);
    }

    /** Those that every device can run. */
    static List<GpuKernel> all() {
        return declared().stream().filter(k -> !k.onTensorCores()).toList();
    }

    /** @param products what matrix products round their operands to */
    static List<GpuKernel> all(DType products) {
        if (products == DType.F32) return all();
        List<GpuKernel> more = new ArrayList<>(all());
        more.add(PACK);
        more.add(tensorCoreProduct(products));
        return more;
    }

    static GpuKernel tensorCoreProduct(DType products) { return products == DType.BF16 ? PRODUCT_BF16 : PRODUCT_F16; }
}
