package org.logah.training.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.models.TargetNetwork;

/**
 * How much tensors of one shape differ (LoGAH, table 5): the mean of {@code |1 - cosine|} over all pairs of them, a tensor with itself
 * included, after the rows of one have been brought into the order in which they are nearest to the other's, as the public code has it.
 */
public final class Diversity {
    private Diversity() {}

    /**
     * {@return the distance for each shape of matrices that several layers have}
     *
     * @param network a target
     * @param parameters its parameters
     */
    public static Map<Shape, Double> byShape(TargetNetwork network, Parameters parameters) {
        Map<Shape, List<float[]>> groups = new LinkedHashMap<>();
        for (ParameterSpec spec : network.parameters()) {
            boolean matrix = spec.role() == ParameterSpec.Role.WEIGHT
                    || spec.role() == ParameterSpec.Role.WEIGHT_IN_OUT;
            if (matrix && spec.shape().rank() == 2)
                groups.computeIfAbsent(spec.shape(), _ -> new ArrayList<>())
                        .add(parameters.get(spec.name()).value().toFloats());
        }
        Map<Shape, Double> found = new LinkedHashMap<>();
        groups.forEach((shape, tensors) -> {
            if (tensors.size() > 1) found.put(shape, distance(tensors, shape.dim(0)));
        });
        return found;
    }

    /**
     * {@return the mean of {@link #byShape} over the shapes}
     *
     * @param network a target of which some matrices have the same shape
     * @param parameters its parameters
     */
    public static double of(TargetNetwork network, Parameters parameters) {
        return byShape(network, parameters).values().stream().mapToDouble(d -> d).average().orElseThrow();
    }

    /** Mean over all pairs, a tensor with itself included, whose distance is 0. */
    static double distance(List<float[]> tensors, int rows) {
        double sum = 0;
        for (int i = 0; i < tensors.size(); i++)
            for (int j = i + 1; j < tensors.size(); j++) sum += 2 * distance(tensors.get(i), tensors.get(j), rows);
        return sum / ((double) tensors.size() * tensors.size());
    }

    private static double distance(float[] a, float[] b, int rows) {
        int width = a.length / rows;
        double[] normsA = norms(a, rows, width);
        double[] normsB = norms(b, rows, width);
        double[][] dots = new double[rows][rows];
        double[][] cost = new double[rows][rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < rows; j++) {
                dots[i][j] = dot(a, i * width, b, j * width, width);
                double norm = normsA[i] * normsB[j];
                cost[i][j] = norm == 0 ? 1 : Math.abs(1 - dots[i][j] / norm);
            }
        }
        int[] matched = LinearAssignment.cheapest(cost);
        double dot = 0;
        for (int i = 0; i < rows; i++) dot += dots[i][matched[i]];
        double norm = Math
                .sqrt(Arrays.stream(normsA).map(n -> n * n).sum() * Arrays.stream(normsB).map(n -> n * n).sum());
        return norm == 0 ? 1 : Math.abs(1 - dot / norm);
    }

    private static double[] norms(float[] m, int rows, int width) {
        double[] norms = new double[rows];
        for (int i = 0; i < rows; i++) norms[i] = Math.sqrt(dot(m, i * width, m, i * width, width));
        return norms;
    }

    private static double dot(float[] a, int i, float[] b, int j, int width) {
        double sum = 0;
        for (int k = 0; k < width; k++) sum += (double) a[i + k] * b[j + k];
        return sum;
    }
}
