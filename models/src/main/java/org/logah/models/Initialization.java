package org.logah.models;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;

/** Ways to start a network without a hypernetwork. */
public enum Initialization {
    /** As the network's own library does: Hugging Face for GPT-2, torchvision for ViT. */
    RANDOM,
    /** Weights with orthonormal rows or columns (arXiv 1312.6120). */
    ORTHOGONAL,
    /** Uniform, variance {@code 2 / (fanIn + fanOut)} (Glorot and Bengio 2010). */
    XAVIER,
    /** Normal, variance {@code 2 / fanIn} (arXiv 1502.01852). */
    KAIMING,
    /** Normal, variance {@code 1 / fanIn} (LeCun et al. 1998). */
    LECUN;

    /** {@return the name on a command line: {@code random}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return all names, separated by commas, for messages} */
    public static String labels() {
        return Arrays.stream(values()).map(Initialization::label).collect(Collectors.joining(", "));
    }

    /**
     * {@return the one of a name}
     *
     * @param text the name, in upper or lower case
     * @throws TensorException if there is none of that name, saying which there are
     */
    public static Initialization parse(String text) {
        try {
            return valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new TensorException("initialization '" + text + "': choose one of " + labels(), e);
        }
    }

    void fill(TargetNetwork network, ParameterSpec spec, Tensor tensor, RandomStream random) {
        boolean weight = spec.role() == Role.WEIGHT || spec.role() == Role.WEIGHT_IN_OUT;
        if (this == RANDOM || !weight) {
            network.initialize(spec, tensor, random);
            return;
        }
        switch (this) {
            case XAVIER -> {
                double limit = Math.sqrt(6.0 / (spec.fanIn() + spec.fanOut()));
                random.fillUniform(tensor, -limit, limit);
            }
            case KAIMING -> random.fillNormal(tensor, 0, Math.sqrt(2.0 / spec.fanIn()));
            case LECUN -> random.fillNormal(tensor, 0, Math.sqrt(1.0 / spec.fanIn()));
            default -> orthogonal(tensor, random);
        }
    }

    /** Gram-Schmidt, twice over, on the shorter side of the matrix {@code [dim 0, rest]}. */
    private static void orthogonal(Tensor tensor, RandomStream random) {
        int rows = tensor.shape().dim(0);
        int cols = Math.toIntExact(tensor.elements() / rows);
        boolean wide = rows <= cols;
        int count = wide ? rows : cols;
        int length = wide ? cols : rows;
        double[][] basis = new double[count][length];
        for (int i = 0; i < count; i++) {
            double[] v = basis[i];
            for (int j = 0; j < length; j++) v[j] = random.nextNormal();
            for (int pass = 0; pass < 2; pass++) {
                for (int k = 0; k < i; k++) {
                    double dot = dot(v, basis[k]);
                    for (int j = 0; j < length; j++) v[j] -= dot * basis[k][j];
                }
            }
            double norm = Math.sqrt(dot(v, v));
            for (int j = 0; j < length; j++) v[j] /= norm;
        }
        tensor.fill(values -> {
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < length; j++) {
                    long at = wide ? (long) i * cols + j : (long) j * cols + i;
                    values.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) basis[i][j]);
                }
            }
        });
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
        return sum;
    }
}
