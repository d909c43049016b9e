package org.logah.training;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.ByteText;

/** Next-byte prediction with random small GPTs: 2 to 4 layers, widths 32 to 64. */
public final class SmallGptTask implements MetaTask {
    private static final int HEADS = 4;
    private final BatchSource batches;
    private final int context;
    private final RandomStream random;
    /** One network per configuration, so that its graph is traced once. */
    private final Map<Gpt2Config, Gpt2> networks = new ConcurrentHashMap<>();

    /**
     * The task on one text.
     *
     * @param batch sequences of a mini-batch
     * @param context tokens of a sequence, and positions of each GPT
     * @param random of batches and architectures
     */
    public SmallGptTask(ByteText text, int batch, int context, RandomStream random) {
        this.batches = text.training(batch, context, random.split("batches"));
        this.context = context;
        this.random = random.split("architectures");
    }

    @Override
    public Network architecture(int step, int index) {
        RandomStream r = random.split(step).split(index);
        int layers = r.nextInt(2, 4, 1);
        int width = r.nextInt(32, 64, 8);
        return networks.computeIfAbsent(config(layers, width, context), Gpt2::new);
    }

    /** A byte-level GPT with an untied head. */
    public static Gpt2Config config(int layers, int width, int context) {
        return Gpt2Config.of(layers, HEADS, width, ByteText.VOCABULARY, context, false);
    }

    @Override
    public Batch batch(int step, Device device) { return batches.batch(step, device); }

    @Override
    public Variable loss(Functions f, Network network, Parameters parameters, Batch batch) {
        return ((TargetNetwork) network).loss(f, parameters, batch.input(), batch.targets());
    }
}
