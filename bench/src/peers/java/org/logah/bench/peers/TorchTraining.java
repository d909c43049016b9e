package org.logah.bench.peers;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Parameters;
import org.logah.bench.peers.Contestant.Operation;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.models.DataKind;
import org.logah.models.Initialization;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Steps of a training in TorchScript, with the weights and moments that they change. */
final class TorchTraining implements Operation {
    private final NDManager owner;
    private final NDList operands = new NDList();
    private final TorchScript script;
    private final float[] losses;
    private int steps;

    private TorchTraining(NDManager owner, Workload.Step step, String source, List<NDArray> parameters) {
        this.owner = owner;
        script = new TorchScript(owner, source);
        losses = new float[step.runsToCheck()];
        for (NDArray p : parameters) {
            p.setRequiresGradient(true);
            add("p[]", p);
        }
        for (String state : List.of("m[]", "v[]"))
            for (NDArray p : parameters) add(state, owner.zeros(p.getShape()));
        for (NDArray _ : parameters) add("s[]", owner.create(0f));
    }

    /** @param owner of all arrays; closed with the operation */
    static TorchTraining of(Workload.TrainingStep w, NDManager owner) {
        List<NDArray> parameters = new ArrayList<>();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Parameters start = w.network().initialized(device, Initialization.RANDOM, new RandomStream(7));
            for (Tensor t : start.values().values()) parameters.add(array(owner, t));
        }
        TorchTraining training = new TorchTraining(owner, w, w.source(), parameters);
        Shape images = new Shape(w.batch(), 3, w.length(), w.length());
        training.add("x", w.network().data().kind() == DataKind.TOKENS
                ? longs(owner, w.tokens("input"), w.batch(), w.length())
                : owner.create(w.images(images.size()), images));
        training.add("y", longs(owner, w.tokens("targets"), w.tokens("targets").length));
        return training;
    }

    /** @param owner of all arrays; closed with the operation */
    static TorchTraining of(Workload.MetaStep w, NDManager owner) {
        HyperNetwork network = w.hyperNetwork();
        MetaSources sources = new MetaSources(network, w.targets());
        List<NDArray> parameters = new ArrayList<>();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Parameters start = w.start(network, device);
            for (String name : sources.parameters()) parameters.add(array(owner, start.get(name).value()));
        }
        TorchTraining training = new TorchTraining(owner, w, sources.source(w.clip(), w.rate()), parameters);
        for (int i = 0; i < sources.indices().size(); i++)
            training.add("i[]", longs(owner, sources.indices().get(i), sources.shapes().get(i)));
        training.add("x", longs(owner, w.tokens("input"), w.batch(), w.length()));
        training.add("y", longs(owner, w.tokens("targets"), (long) w.batch() * w.length()));
        return training;
    }

    private void add(String name, NDArray operand) {
        operand.setName(name);
        operands.add(operand);
    }

    private static NDArray longs(NDManager manager, int[] values, long... shape) {
        return manager.create(values).toType(DataType.INT64, false).reshape(shape);
    }

    private static NDArray array(NDManager manager, Tensor t) {
        long[] dims = new long[t.shape().rank()];
        for (int i = 0; i < dims.length; i++) dims[i] = t.shape().dim(i);
        return manager.create(t.segment().asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer(),
                new Shape(dims), DataType.FLOAT32);
    }

    @Override
    public void run() {
        try (NDArray loss = script.run(operands)) {
            if (steps < losses.length) losses[steps++] = loss.getFloat();
        }
    }

    @Override
    public float[] result() { return losses.clone(); }

    @Override
    public void close() { owner.close(); }
}
