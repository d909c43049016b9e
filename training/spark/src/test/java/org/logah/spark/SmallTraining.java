package org.logah.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import org.logah.engine.Device;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.DataKind;
import org.logah.training.architectures.ArchitectureChoice;
import org.logah.training.cluster.Cluster;
import org.logah.training.cluster.ClusterListener;
import org.logah.training.cluster.ClusterProvider.Request;
import org.logah.training.cluster.Clusters;
import org.logah.training.cluster.DataChoice;
import org.logah.training.cluster.MetaJob;
import org.logah.training.cluster.NumericPlatform;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;

/** One small meta-training, in this process or on a cluster. */
final class SmallTraining {
    static final int STEPS = 30;
    private final MetaTrainingRecipe recipe = new MetaTrainingRecipe(STEPS, 3, 2, 16, 4e-3, 3e-5, 7);
    private final String data;
    private final DataChoice choice;

    SmallTraining() throws IOException { this(""); }

    /** On the data of a place; empty for what is built in. */
    SmallTraining(String data) throws IOException {
        this.data = data;
        this.choice = new DataChoice(DataKind.TOKENS, data, "", 0, splits().digest());
    }

    private DataSplits splits() throws IOException {
        return DataSets.open(DataKind.TOKENS, data.isEmpty() ? null : data);
    }

    /** What becomes of a cluster's machines. */
    static final class Heard implements ClusterListener {
        final List<String> joined = new ArrayList<>();
        final List<String> lost = new ArrayList<>();

        @Override
        public synchronized void joined(String executor) {
            joined.add(executor);
            notifyAll();
        }

        /** Waits for so many executors, a minute at most. */
        synchronized void await(int executors) {
            long until = System.nanoTime() + 60_000_000_000L;
            try {
                while (joined.size() < executors && System.nanoTime() < until) wait(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public synchronized void lost(String executor, String why, int left) {
            lost.add(executor + ": " + why + ", " + left + " left");
        }
    }

    MetaJob job() {
        GhnConfig config = Variant.MINI.config(Domain.LANGUAGE);
        return new MetaJob(config, new ArchitectureChoice("small", ""), choice, recipe.batch(), recipe.context(), false,
                recipe.trainer().terms());
    }

    /** Goes on from the file, to a step. */
    List<Double> alone(Path file, int steps) throws IOException {
        try (Device device = new CpuDevice(2, KernelChoice.AUTO)) {
            GhnFile.Loaded logah = fresh(device);
            DataSplits splits = splits();
            MetaTask task = job().task(splits, job().architectures(splits));
            return run(new MetaTrainer(logah.network(), logah.parameters(), task, recipe.trainer(), device), file,
                    steps,
                    _ -> {});
        }
    }

    /** The same on a cluster. */
    List<Double> on(String address, Path file, int steps, Heard heard, IntConsumer afterStep) throws IOException {
        return on(new Request(address, false, false), job(), file, steps, heard, afterStep);
    }

    List<Double> on(Request request, MetaJob job, Path file, int steps, Heard heard, IntConsumer afterStep)
            throws IOException {
        try (Device device = new CpuDevice(1, KernelChoice.AUTO); Cluster cluster = Clusters.open(request, heard)) {
            GhnFile.Loaded logah = fresh(device);
            MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), recipe.trainer(),
                    cluster.gradients(job, NumericPlatform.here("auto", device), logah.parameters()));
            List<Double> losses = run(trainer, file, steps, afterStep);
            System.out.println(request.address() + ": " + cluster.activity());
            return losses;
        }
    }

    private GhnFile.Loaded fresh(Device device) {
        return GhnFile.Loaded.fresh(Variant.MINI.config(Domain.LANGUAGE), new RandomStream(7), device);
    }

    private static List<Double> run(MetaTrainer trainer, Path file, int steps, IntConsumer afterStep)
            throws IOException {
        List<Double> losses = new ArrayList<>();
        TrainingRun run = new TrainingRun(trainer, RunConfig.of(steps).withFile(file),
                new TrainingListener() {
                    @Override
                    public void stepped(StepReport report) {
                        losses.add(report.step().loss());
                        afterStep.accept(report.done());
                    }
                });
        run.resume();
        run.run();
        return losses;
    }
}
