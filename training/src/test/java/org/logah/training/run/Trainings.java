package org.logah.training.run;

import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.text.ByteTokenizer;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.targets.TargetTrainer;

/** Small trainings of both kinds for tests, each the same whenever it is made. */
public enum Trainings {
    TARGET {
        @Override
        public Learner open(Device device) {
            Gpt2 gpt = new Gpt2(Gpt2Config.of(2, 2, 16, ByteTokenizer.VOCABULARY, 16, false));
            RandomStream random = new RandomStream(3);
            return new TargetTrainer(gpt, gpt.initialized(device, Initialization.RANDOM, random.split("start")),
                    text().training(4, 16, random.split("training")),
                    new TargetTrainer.Config(Schedule.warmupCosine(1e-4, 1e-2, 3, STEPS), 2, 1, 0.01), device);
        }
    },
    HYPERNETWORK {
        @Override
        public Learner open(Device device) {
            RandomStream random = new RandomStream(4);
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(Variant.MINI.config(Domain.LANGUAGE), random, device);
            return new MetaTrainer(logah.network(), logah.parameters(),
                    ArchitectureSetTask.of(ModelCatalog.sampler("small"), text(), 2, 16, random.split("meta")),
                    new MetaTrainingRecipe(STEPS, 3, 2, 16, 4e-3, 3e-5, 4).trainer(), device);
        }
    },
    /** With a moving average, blocks that are computed again, and more architectures a step than there is room for at once. */
    AVERAGED {
        @Override
        public Learner open(Device device) {
            RandomStream random = new RandomStream(5);
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(Variant.COSINE_MINI.config(Domain.LANGUAGE), random, device);
            MetaTrainingRecipe recipe = new MetaTrainingRecipe(STEPS, 6, 2, 16, 4e-3, 3e-5, 5, 3);
            return new MetaTrainer(logah.network(), logah.parameters(),
                    ArchitectureSetTask.of(ModelCatalog.sampler("small"), text(), 2, 16, random.split("meta")),
                    recipe.trainer().withAverage(0.9).withRecomputation(true),
                    device);
        }
    };

    /** Steps of a whole training. */
    public static final int STEPS = 9;

    /** The training at its first step. */
    public abstract Learner open(Device device);

    public static ByteText text() { return new ByteText(GrammarText.generate(20_000, 1)); }
}
