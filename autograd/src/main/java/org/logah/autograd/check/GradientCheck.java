package org.logah.autograd.check;

import java.util.function.BiFunction;

import org.logah.autograd.Functions;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/**
 * Compares gradients with central differences along random directions: {@code (f(x + h d) - f(x - h d)) / 2h} against
 * {@code grad . d}, for each input in turn. Two step sizes are combined so that the error falls with the fourth power of h;
 * the function's value is a weighted sum of its result, taken in double.
 */
public final class GradientCheck {
    private static final double STEP = 2e-2;
    private static final int DIRECTIONS = 3;
    private final Device device;
    private final BiFunction<Functions, Variable[], Variable> function;

    /**
     * A check of one function.
     *
     * @param device computes; use one with plain kernels, which sum in double
     * @param function what to differentiate; it must be pure
     */
    public GradientCheck(Device device, BiFunction<Functions, Variable[], Variable> function) {
        this.device = device;
        this.function = function;
    }

    /**
     * Checks the gradient of each input along a few directions.
     *
     * @param random draws directions and the weights of the result's elements
     * @param inputs where the gradients are taken
     * @return the largest deviation of any input along any direction, divided by the Euclidean norm of that input's gradient, or
     * by 0.01 where the norm is smaller
     */
    public double largestError(RandomStream random, Tensor... inputs) {
        float[][] gradients = new float[inputs.length][];
        double[] weights;
        try (Tape tape = new Tape(device)) {
            Variable[] in = new Variable[inputs.length];
            for (int i = 0; i < in.length; i++) in[i] = tape.input("input" + i, inputs[i]).keepGradient();
            Variable y = function.apply(new Functions(tape), in);
            Tensor dy = device.allocate(y.shape(), DType.F32);
            random.fillNormal(dy, 0, 1);
            weights = new double[Math.toIntExact(dy.elements())];
            for (int i = 0; i < weights.length; i++) weights[i] = dy.get(i);
            tape.backward(y, dy);
            for (int i = 0; i < in.length; i++) {
                Tensor g = in[i].gradient();
                gradients[i] = g == null ? new float[Math.toIntExact(inputs[i].elements())] : g.toFloats();
            }
        }
        double worst = 0;
        for (int i = 0; i < inputs.length; i++) {
            for (int k = 0; k < DIRECTIONS; k++)
                worst = Math.max(worst, error(random, inputs, i, gradients[i], weights));
        }
        return worst;
    }

    private double error(RandomStream random, Tensor[] inputs, int which, float[] gradient, double[] weights) {
        int n = gradient.length;
        double[] direction = new double[n];
        double expected = 0;
        double size = 0;
        for (int i = 0; i < n; i++) {
            direction[i] = random.nextNormal();
            expected += direction[i] * gradient[i];
            size += (double) gradient[i] * gradient[i];
        }
        double wide = slope(inputs, which, direction, weights, STEP);
        double narrow = slope(inputs, which, direction, weights, STEP / 2);
        double found = (4 * narrow - wide) / 3;
        return Math.abs(found - expected) / Math.max(Math.sqrt(size), 1e-2);
    }

    private double slope(Tensor[] inputs, int which, double[] direction, double[] weights, double h) {
        return (value(inputs, which, direction, weights, h) - value(inputs, which, direction, weights, -h)) / (2 * h);
    }

    private double value(Tensor[] inputs, int which, double[] direction, double[] weights, double h) {
        try (Tape tape = Tape.inference(device)) {
            Variable[] in = new Variable[inputs.length];
            for (int i = 0; i < in.length; i++) {
                in[i] = Variable.constant(i == which ? moved(inputs[i], direction, h) : inputs[i]);
            }
            Tensor y = function.apply(new Functions(tape), in).value();
            double sum = 0;
            for (int i = 0; i < weights.length; i++) sum += weights[i] * y.get(i);
            return sum;
        }
    }

    private Tensor moved(Tensor x, double[] direction, double h) {
        float[] values = x.toFloats();
        for (int i = 0; i < values.length; i++) values[i] += (float) (h * direction[i]);
        return device.allocate(Shape.of(x.shape().toArray()), DType.F32).set(values);
    }
}
