package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

/** A program of its own, for a test to kill: it trains without end, saving every step, and prints the steps that it did. */
final class KilledTraining {
    private KilledTraining() {}

    /** @param args which of {@link Trainings}, threads, state file, metrics file */
    public static void main(String[] args) throws IOException {
        try (CpuDevice device = new CpuDevice(Integer.parseInt(args[1]), KernelChoice.AUTO)) {
            RunConfig config = RunConfig.of(Integer.MAX_VALUE).withFile(Path.of(args[2]))
                    .withSaveEvery(Duration.ZERO).withMetrics(Path.of(args[3]));
            new TrainingRun(Trainings.valueOf(args[0]).open(device), config, new TrainingListener() {
                @Override
                public void stepped(StepReport report) { System.out.println("step " + report.done()); }
            }).run();
        }
    }
}
