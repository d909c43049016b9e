package org.logah.training.cluster;

import java.io.IOException;

import org.logah.engine.TensorException;
import org.logah.engine.part.RecordJson;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.training.architectures.ArchitectureChoice;
import org.logah.training.data.DataSplits;
import org.logah.training.meta.ArchitectureGradient;
import org.logah.training.meta.ArchitectureSet;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaValidation;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/**
 * All that a gradient of a meta-training depends on beside the weights, in words and numbers: whoever has it computes the same
 * ones, in whichever process.
 *
 * @param hyperNetwork the hypernetwork
 * @param set which architectures it learns on
 * @param data what they are trained on
 * @param batch sequences or images of a mini-batch
 * @param context tokens of a sequence
 * @param heldOut whether {@link MetaValidation#ARCHITECTURES} architectures are kept from the training
 * @param terms what the loss is
 */
public record MetaJob(GhnConfig hyperNetwork, ArchitectureChoice set, DataChoice data, int batch, int context,
        boolean heldOut, ArchitectureGradient.Terms terms) {

    /** {@return the job as JSON} */
    public String json() { return RecordJson.write(this).toString(); }

    /**
     * {@return the job that {@link #json} wrote}
     *
     * @param json the text
     * @throws TensorException if it is that of another version, or no job
     */
    public static MetaJob parse(String json) {
        try {
            return RecordJson.read(MetaJob.class, JsonParser.parseString(json));
        } catch (JsonParseException e) {
            throw new TensorException("no description of a meta-training: " + e.getMessage(), e);
        }
    }

    /** {@return where a training's architectures and mini-batches come from} */
    public RandomStream random() {
        return new RandomStream(terms.seed()).split("meta");
    }

    /**
     * {@return the architectures to train on, and those that are held out}
     *
     * @param splits the data
     * @throws TensorException if they do not read such data
     * @throws IOException if the set's text is no set of architectures
     */
    public ArchitectureSet.Split architectures(DataSplits splits) throws IOException {
        ArchitectureSet all = set.open().draw().set(splits.format(context), random());
        return heldOut ? all.withHeldOut(MetaValidation.ARCHITECTURES) : ArchitectureSet.Split.whole(all);
    }

    /**
     * {@return what is trained on}
     *
     * @param splits the data
     * @param architectures to train on
     */
    public MetaTask task(DataSplits splits, ArchitectureSet.Split architectures) {
        return ArchitectureSetTask.of(architectures.training(), splits, batch, context, random());
    }
}
