package org.logah.training.prediction;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.models.TargetNetwork;
import org.logah.training.measure.MemoryEstimate;

/**
 * Predicts all parameters of a target into memory, to train from. Its numbers are those that {@link PredictionWriter} writes with the
 * same stream and the same kernels.
 */
public final class PredictedStart {
    private PredictedStart() {}

    /**
     * {@return how much memory {@link #parameters} will take, the parameters themselves included}
     *
     * @param hyper the hypernetwork
     * @param target the network to predict parameters for
     * @param threads of the device that predicts
     * @throws TensorException if one is of language and the other of vision
     */
    public static MemoryEstimate memory(HyperNetwork hyper, TargetNetwork target, int threads) {
        GhnConfigs.requireFit(hyper.config(), target);
        return MemoryEstimate.ofPrediction(hyper, target, hyper.graphOf(target), threads)
                .plusFloats(target.parameterCount());
    }

    /**
     * Predicts.
     *
     * @param hyper the hypernetwork; its weights are on {@code device}
     * @param target the network to predict parameters for
     * @param random of what a prediction draws
     * @param device where the prediction is computed, and where the parameters will be
     * @return trainable parameters, which live until nothing refers to them
     * @throws TensorException if one is of language and the other of vision, or the hypernetwork has no embedding for something in
     *         the target, or a parameter is larger than its decoder can emit
     */
    public static Parameters parameters(GhnFile.Loaded hyper, TargetNetwork target, RandomStream random,
            Device device) {
        GhnConfigs.requireFit(hyper.network().config(), target);
        Map<String, Tensor> done = new HashMap<>();
        Map<String, ParameterSpec> specs = target.specs();
        Assembly assembly = new Assembly(specs);
        new StreamingPredictor(hyper.network(), hyper.parameters(), device).predict(target, random, assembly,
                name -> done.put(name, device.allocate(Objects.requireNonNull(specs.get(name)).shape(), DType.F32)
                        .fill(values -> values.copyFrom(assembly.take(name)))));
        Map<String, Tensor> inOrder = new LinkedHashMap<>();
        for (ParameterSpec s : target.parameters())
            inOrder.put(s.name(), Objects.requireNonNull(done.get(s.name()), s.name()));
        return Parameters.trainable(inOrder);
    }

    /** Puts the pieces of a parameter together, on the host: several threads send them. */
    private static final class Assembly implements StreamingPredictor.Destination {
        private final Map<String, ParameterSpec> specs;
        private final Map<String, MemorySegment> begun = new HashMap<>();

        Assembly(Map<String, ParameterSpec> specs) { this.specs = specs; }

        @Override
        public void write(String name, long first, Tensor values) {
            MemorySegment all;
            synchronized (begun) {
                all = begun.computeIfAbsent(name, n -> Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT,
                        Objects.requireNonNull(specs.get(n)).shape().elements()));
            }
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment.copy(values.onHost(scratch), 0, all, first * Float.BYTES,
                        values.elements() * Float.BYTES);
            }
        }

        MemorySegment take(String name) {
            synchronized (begun) {
                return Objects.requireNonNull(begun.remove(name), name);
            }
        }
    }
}
