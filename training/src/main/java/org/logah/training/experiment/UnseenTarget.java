package org.logah.training.experiment;

import java.util.Map;
import java.util.TreeMap;

import org.logah.engine.TensorException;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/** The network that the hypernetworks of a comparison do not see in their training. */
public sealed interface UnseenTarget {
    /**
     * {@return the network, for given data}
     *
     * @param sampler draws the networks that are seen
     * @param data what it is trained on
     * @throws TensorException if the sizes do not go together, or it cannot read such data
     */
    TargetNetwork network(ArchitectureSampler sampler, DataFormat data);

    /** {@return what tells it from others, by name, as a file of the experiment keeps it} */
    Map<String, Object> about();

    /**
     * {@return what reports call it, as {@code GPT of 6 layers and width 96}}
     *
     * @param sampler draws the networks that are seen
     */
    String described(ArchitectureSampler sampler);

    /**
     * {@return what a plot's title calls it, as {@code GPT (6 layers, width 96)}}
     *
     * @param sampler draws the networks that are seen
     */
    String titled(ArchitectureSampler sampler);

    /**
     * One with the proportions of those that are seen.
     *
     * @param layers transformer layers
     * @param width width of the states
     */
    record Sized(int layers, int width) implements UnseenTarget {
        @Override
        public TargetNetwork network(ArchitectureSampler sampler, DataFormat data) {
            return sampler.sized().network(layers, width, data);
        }

        @Override
        public Map<String, Object> about() { return new TreeMap<>(Map.of("layers", layers, "width", width)); }

        @Override
        public String described(ArchitectureSampler sampler) {
            return sampler.one() + " of " + layers + " layers and width " + width;
        }

        @Override
        public String titled(ArchitectureSampler sampler) {
            return sampler.one() + " (" + layers + " layers, width " + width + ")";
        }
    }

    /**
     * One by name.
     *
     * @param model as {@link ModelCatalog#parse} reads it, without what the data decides: vocabulary and positions, or image and
     *        classes
     */
    record Named(String model) implements UnseenTarget {
        @Override
        public TargetNetwork network(ArchitectureSampler sampler, DataFormat data) {
            String decided = switch (data) {
                case Tokens t -> "vocabulary=" + t.vocabulary() + ",positions=" + t.length();
                case Images i -> "image=" + i.side() + ",classes=" + i.classes();
            };
            TargetNetwork network = ModelCatalog.parse(model + (model.contains(":") ? "," : ":") + decided);
            network.data().requireFit(data);
            return network;
        }

        @Override
        public Map<String, Object> about() { return Map.of("model", model); }

        @Override
        public String described(ArchitectureSampler sampler) { return model; }

        @Override
        public String titled(ArchitectureSampler sampler) { return model; }
    }
}
