package org.logah.training;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.llama.Llama;
import org.logah.models.vit.Vit;
import org.logah.models.zoo.ArchitectureSampler;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.ByteText;
import org.logah.training.data.CifarImages;

/** Meta-training on architectures drawn like those of the 1K sets: a thousand of them, each drawn from its own number. */
public final class ZooTask implements MetaTask {
    private static final int SIZE = 1000;
    private final BatchSource batches;
    private final Function<RandomStream, TargetNetwork> sampler;
    private final RandomStream random;
    private final Map<Integer, TargetNetwork> networks = new ConcurrentHashMap<>();

    private ZooTask(BatchSource batches, Function<RandomStream, TargetNetwork> sampler, RandomStream random) {
        this.batches = batches;
        this.sampler = sampler;
        this.random = random;
    }

    /** Byte-level GPTs on a text. */
    public static ZooTask gpts(ByteText text, int batch, int context, RandomStream random) {
        return new ZooTask(text.training(batch, context, random.split("batches")),
                r -> new Gpt2(ArchitectureSampler.gpt(r, ByteText.VOCABULARY, context)), random);
    }

    /** Byte-level Llamas on a text. */
    public static ZooTask llamas(ByteText text, int batch, int context, RandomStream random) {
        return new ZooTask(text.training(batch, context, random.split("batches")),
                r -> new Llama(ArchitectureSampler.llama(r, ByteText.VOCABULARY, context)), random);
    }

    /** ViTs on images. */
    public static ZooTask vits(CifarImages images, int batch, RandomStream random) {
        return new ZooTask(images.batches(batch, true, random.split("batches")),
                r -> new Vit(ArchitectureSampler.vit(r, images.classes())), random);
    }

    @Override
    public Network architecture(int step, int index) {
        int number = random.split("choice").split(step).split(index).nextInt(SIZE);
        return networks.computeIfAbsent(number, n -> sampler.apply(random.split("set").split(n)));
    }

    @Override
    public Batch batch(int step, Device device) { return batches.batch(step, device); }

    @Override
    public Variable loss(Functions f, Network network, Parameters parameters, Batch batch) {
        return ((TargetNetwork) network).loss(f, parameters, batch.input(), batch.targets());
    }
}
