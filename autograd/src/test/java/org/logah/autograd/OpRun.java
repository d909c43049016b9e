package org.logah.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.logah.engine.Device;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

/** Runs a row of {@link OpCases} forward and backward on any device. */
public final class OpRun {
    private OpRun() {}

    /** The pool hands out memory full of NaN, so that a kernel that leaves an element unwritten is seen. */
    public static void poison(Device device) {
        try (Scope scope = new Scope(device)) {
            for (int i = 0; i < 12; i++) {
                for (int size = 16; size <= 4096; size += 16)
                    device.kernels().fill(scope.allocate(Shape.of(size)), Float.NaN);
            }
        }
    }

    /** The value and all input gradients; checks on the way that inputs stay as they were. */
    public static float[][] run(OpCases.Case c, int seed, Device device) {
        RandomStream random = new RandomStream(seed).split(c.name());
        OpCases.Drawn drawn = c.draw().apply(device, random);
        float[][] before = new float[drawn.inputs().length][];
        for (int i = 0; i < before.length; i++) before[i] = drawn.inputs()[i].toFloats();
        float[][] out = new float[before.length + 1][];
        try (Tape tape = new Tape(device)) {
            Variable[] in = new Variable[before.length];
            for (int i = 0; i < in.length; i++) in[i] = tape.input("in", drawn.inputs()[i]).keepGradient();
            Variable y = drawn.call().apply(new Functions(tape), in);
            out[0] = y.value().toFloats();
            Tensor dy = device.zeros(y.shape());
            random.fillNormal(dy, 0, 1);
            tape.backward(y, dy);
            for (int i = 0; i < in.length; i++) out[i + 1] = in[i].gradient().toFloats();
        }
        for (int i = 0; i < before.length; i++)
            assertArrayEquals(before[i], drawn.inputs()[i].toFloats(), c.name() + " changed input " + i);
        return out;
    }

}
