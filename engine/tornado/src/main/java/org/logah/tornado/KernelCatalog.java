package org.logah.tornado;

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

/** Every kernel that works on the device's memory. */
final class KernelCatalog {
    static final Kernel FILL = Kernel.elements("fill", Elementwise::fill);
    static final Kernel COPY_BLOCKS = Kernel.elements("copyBlocks", Elementwise::copyBlocks);
    static final Kernel PERMUTE = Kernel.elements("permute", Elementwise::permute);
    static final Kernel UNARY = Kernel.elements("unary", Elementwise::unary);
    static final Kernel UNARY_GRADIENT = Kernel.elements("unaryGradient", Elementwise::unaryGradient);
    static final Kernel BINARY = Kernel.elements("binary", Elementwise::binary);
    static final Kernel AFFINE = Kernel.elements("affine", Elementwise::affine);
    static final Kernel ADD_SCALED = Kernel.elements("addScaled", Elementwise::addScaled);
    static final Kernel DROPOUT = Kernel.elements("dropout", Elementwise::dropout);
    static final Kernel GRU = Kernel.elements("gru", Elementwise::gru);
    static final Kernel GRU_GRADIENT = Kernel.elements("gruGradient", Elementwise::gruGradient);

    static final Kernel SUM_TO = Kernel.elements("sumTo", Reductions::sumTo);
    static final Kernel COLUMN_SUMS = Kernel.tiles("columnSums", Reductions::columnSums);
    static final Kernel SQUARES = Kernel.elements("squares", Reductions::squares);
    static final Kernel TOTAL = Kernel.elements("total", Reductions::total);

    static final Kernel PRODUCT = Kernel.tiles("product", Products::product);
    static final Kernel LARGE_PRODUCT = Kernel.tiles("largeProduct", Products::large);
    /** Only for devices with tensor cores. */
    static final Kernel PACK = Kernel.elements("pack", TensorCores::pack);
    static final Kernel PRODUCT_BF16 = new Kernel("productBf16", TensorCores::productBf16, TensorCores.THREADS, 1);
    static final Kernel PRODUCT_F16 = new Kernel("productF16", TensorCores::productF16, TensorCores.THREADS, 1);

    static final Kernel SOFTMAX = Kernel.elements("softmax", Rows::softmax);
    static final Kernel SOFTMAX_GRADIENT = Kernel.elements("softmaxGradient", Rows::softmaxGradient);
    static final Kernel LAYER_NORM = Kernel.elements("layerNorm", Rows::layerNorm);
    static final Kernel LAYER_NORM_GRADIENT = Kernel.elements("layerNormGradient", Rows::layerNormGradient);
    static final Kernel LAYER_NORM_COLUMNS = Kernel.tiles("layerNormColumns", Rows::layerNormColumns);
    static final Kernel CROSS_ENTROPY = Kernel.elements("crossEntropy", Rows::crossEntropy);
    static final Kernel CROSS_ENTROPY_GRADIENT = Kernel.elements("crossEntropyGradient", Rows::crossEntropyGradient);

    static final Kernel ATTENTION = Kernel.tiles("attention", FlashAttention::forward);
    static final Kernel ATTENTION_ROW_MEANS = Kernel.elements("attentionRowMeans", FlashAttention::rowMeans);
    static final Kernel ATTENTION_QUERY_GRADIENT = Kernel.tiles("attentionQueryGradient",
            FlashAttentionGradient::queryGradient);
    static final Kernel ATTENTION_KEY_GRADIENT = Kernel.tiles("attentionKeyGradient",
            FlashAttentionGradient::keyGradient);
    static final Kernel ATTENTION_BIAS_GRADIENT = Kernel.elements("attentionBiasGradient",
            FlashAttention::biasGradient);

    static final Kernel GATHER = Kernel.elements("gather", Indexing::gather);
    static final Kernel CHAIN = Kernel.elements("chain", Indexing::chain);
    static final Kernel SCATTER_ADD = Kernel.elements("scatterAdd", Indexing::scatterAdd);

    static final Kernel ADAM_W = Kernel.elements("adamW", Optimizers::adamW);
    static final Kernel SGD = Kernel.elements("sgd", Optimizers::sgd);

    static final List<Kernel> ON_TENSOR_CORES = List.of(PACK, PRODUCT_BF16, PRODUCT_F16);

    private KernelCatalog() {}

    /** @param products what matrix products round their operands to */
    static List<Kernel> all(DType products) {
        if (products == DType.F32) return all();
        List<Kernel> more = new ArrayList<>(all());
        more.add(PACK);
        more.add(tensorCoreProduct(products));
        return more;
    }

    /** Those of {@link #all()} and those that only a device with tensor cores has. */
    static List<Kernel> onAnyDevice() {
        List<Kernel> every = new ArrayList<>(all());
        every.addAll(ON_TENSOR_CORES);
        return every;
    }

    static Kernel tensorCoreProduct(DType products) { return products == DType.BF16 ? PRODUCT_BF16 : PRODUCT_F16; }

    static List<Kernel> all() {
        return List.of(FILL, COPY_BLOCKS, PERMUTE, UNARY, UNARY_GRADIENT, BINARY, AFFINE, ADD_SCALED, DROPOUT, GRU,
                GRU_GRADIENT, SUM_TO, COLUMN_SUMS, SQUARES, TOTAL, PRODUCT, LARGE_PRODUCT, SOFTMAX, SOFTMAX_GRADIENT,
                LAYER_NORM,
                LAYER_NORM_GRADIENT, LAYER_NORM_COLUMNS, CROSS_ENTROPY, CROSS_ENTROPY_GRADIENT, ATTENTION,
                ATTENTION_ROW_MEANS, ATTENTION_QUERY_GRADIENT, ATTENTION_KEY_GRADIENT, ATTENTION_BIAS_GRADIENT, GATHER,
                CHAIN, SCATTER_ADD, ADAM_W, SGD);
    }
}
