package org.logah.training.meta;

// README: begin
import java.io.IOException;
import java.nio.file.Path;

import org.logah.engine.Device;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.training.data.text.ByteText;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;

class MetaTrainingExample {
    static TrainingRun.Outcome train(Path text, Path out, MetaTrainingRecipe recipe, TrainingListener listener)
            throws IOException {
        RandomStream random = new RandomStream(recipe.seed());
        MetaTask task = ArchitectureSetTask.of(ModelCatalog.sampler("small"), ByteText.read(text), recipe.batch(),
                recipe.context(), random.split("meta"));
        GhnConfig config = MetaTrainingRecipe.VARIANT.config(Domain.LANGUAGE);
        try (Device device = new CpuDevice()) {
            MemoryEstimate.ofMetaTraining(new HyperNetwork(config), task, recipe.trainer(), device.threads())
                    .require("meta-training", device);
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(config, random, device);
            MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), task, recipe.trainer(), device);
            TrainingRun run = new TrainingRun(trainer, RunConfig.of(recipe.steps()).withFile(out), listener);
            run.resume(); // where the file stands, if it is there
            return run.run(); // until done, or until another thread calls run.stop()
        }
    }
}
// README: end
