package org.logah.spark;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.logah.engine.MemoryBudget;
import org.logah.engine.OneLine;
import org.logah.engine.TensorException;

/** One architecture of one step, as Spark sends it to an executor. */
final class ArchitectureTask implements Function<Integer, PartReport> {
    private static final long serialVersionUID = 1;
    private final Broadcast<ExecutorTask> assignment;
    private final int step;

    ArchitectureTask(Broadcast<ExecutorTask> assignment, int step) {
        this.assignment = assignment;
        this.step = step;
    }

    /**
     * What another try cannot mend, such as data that is missing here or a lack of memory, is said in the report; all else is thrown, so
     * that Spark has it done again.
     */
    @Override
    public PartReport call(Integer part) throws IOException, InterruptedException {
        String executor = SparkEnv.get().executorId();
        String slot = executor + "/" + Thread.currentThread().threadId();
        try {
            Worker worker;
            try {
                worker = Worker.of(assignment.value());
            } catch (UncheckedIOException | IOException e) {
                return PartReport.failed(slot, place(executor) + said(e));
            }
            return worker.compute(step, part, TaskContext.get().taskAttemptId(), slot);
        } catch (TensorException | MemoryBudget.ExceededException | OutOfMemoryError e) {
            return PartReport.failed(slot, place(executor) + said(e));
        }
    }

    private static String place(String executor) {
        return "executor " + executor + " on " + SparkEnv.get().blockManager().blockManagerId().host() + ": ";
    }

    private static String said(Throwable e) {
        Throwable cause = e instanceof UncheckedIOException u && u.getCause() != null ? u.getCause() : e;
        @Nullable
        String message = cause.getMessage();
        return OneLine.of(message == null ? cause.toString() : message);
    }
}
