package org.logah.spark;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.TensorException;
import org.logah.training.meta.MetaGradients;

/**
 * Gradients that executors compute. A step is a job of as many tasks as there are architectures. What a task computes is kept apart
 * and added here in the order of the architectures, so that the bits are those of one process, whoever computed what and how often.
 */
final class SparkGradients implements MetaGradients {
    /** How often it is asked whether the step is to be left undone. */
    private static final long POLL_MILLISECONDS = 50;
    /** Where the context goes down with this process, somebody says so before long. */
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private final JavaSparkContext spark;
    private final Parameters weights;
    private final List<Integer> parts;
    private final Broadcast<ExecutorTask> assignment;
    private final long run;
    private final Inbox inbox;
    private final Exchange exchange;
    private final DriverEndpoint endpoint;
    private double lastLoss = Double.NaN;

    SparkGradients(JavaSparkContext spark, Parameters weights, int metaBatch, ExecutorTask assignment, Inbox inbox,
            DriverEndpoint endpoint, Exchange exchange) {
        this.spark = spark;
        this.weights = weights;
        this.parts = IntStream.range(0, metaBatch).boxed().toList();
        this.run = assignment.run();
        this.inbox = inbox;
        this.endpoint = endpoint;
        this.exchange = exchange;
        ResidentWeights.trained(run, weights);
        this.assignment = spark.broadcast(assignment);
    }

    @Override
    public @Nullable Double of(int step, BooleanSupplier stopped) {
        long start = System.nanoTime();
        weights.clearGradients();
        inbox.begin(step);
        spark.setJobDescription("meta-step " + (step + 1)
                + (Double.isNaN(lastLoss) ? "" : String.format(Locale.ROOT, ", loss before %.4f", lastLoss)));
        try {
            JavaFutureAction<List<PartReport>> job = spark.parallelize(parts, parts.size())
                    .map(new ArchitectureTask(assignment, step)).collectAsync();
            List<PartReport> reports = add(job, stopped);
            if (reports == null) return null;
            double loss = 0;
            for (PartReport r : reports) loss += r.loss();
            exchange.step(step, loss, System.nanoTime() - start, reports);
            lastLoss = loss;
            return loss;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | IllegalStateException e) {
            if (isGoingDown(stopped)) return null;
            throw new TensorException("cluster: " + Failures.line(e), e);
        }
    }

    /** Adds parts as they arrive, in order; null if somebody stopped. */
    private @Nullable List<PartReport> add(JavaFutureAction<List<PartReport>> job, BooleanSupplier stopped)
            throws InterruptedException, ExecutionException {
        for (int added = 0; added < parts.size();) {
            if (stopped.getAsBoolean()) {
                job.cancel(true);
                return null;
            }
            boolean done = job.isDone(); // asked first: what is not there now will not come then
            PartGradient part = inbox.next(done ? 0 : POLL_MILLISECONDS);
            if (part != null) {
                part.addTo(weights);
                inbox.release(part);
                added++;
            } else if (done) {
                requireComputed(job.get());
                throw new IllegalStateException("a gradient did not arrive");
            }
        }
        // All is here; a task may still be done again, because its executor was lost before it could say so.
        while (!job.isDone() && !stopped.getAsBoolean()) Thread.sleep(1);
        if (!job.isDone()) {
            job.cancel(true);
            return null;
        }
        List<PartReport> reports = job.get();
        requireComputed(reports);
        return reports;
    }

    private static void requireComputed(List<PartReport> reports) {
        for (PartReport r : reports) if (r.isFailed()) throw new TensorException(r.failure());
    }

    /** Where the program is told to end, Spark and this training learn of it at the same time. */
    private boolean isGoingDown(BooleanSupplier stopped) {
        if (!spark.sc().isStopped()) return stopped.getAsBoolean();
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (!stopped.getAsBoolean() && System.nanoTime() < until) Thread.onSpinWait();
        return stopped.getAsBoolean();
    }

    @Override
    public Map<String, Double> figures() { return exchange.figures(); }

    @Override
    public void close() {
        endpoint.close();
        ResidentWeights.forget(run);
    }
}
