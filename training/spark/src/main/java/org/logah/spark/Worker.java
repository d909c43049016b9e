package org.logah.spark;

import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.part.RecordJson;
import org.logah.ghn.HyperNetwork;
import org.logah.training.cluster.NumericPlatform;
import org.logah.training.cluster.DataChoice;
import org.logah.training.cluster.MetaJob;
import org.logah.training.data.Batch;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.meta.ArchitectureGradient;

import com.google.gson.JsonParser;

/**
 * What a process that computes keeps from task to task: data, architectures and their graphs, the weights, and memory for gradients.
 * Each task computes on one thread, its own.
 */
final class Worker {
    private static @Nullable Worker current;
    private final ExecutorTask assignment;
    private final Device device;
    private final ArchitectureGradient gradient;
    private final ResidentWeights weights;
    private final DriverClient client;
    private final ConcurrentLinkedQueue<Replica> replicas = new ConcurrentLinkedQueue<>();

    private Worker(ExecutorTask assignment) throws IOException {
        this.assignment = assignment;
        MetaJob job = MetaJob.parse(assignment.job());
        NumericPlatform wanted = RecordJson.read(NumericPlatform.class, JsonParser.parseString(assignment.computing()));
        device = new CpuDevice(1, KernelChoice.parse(wanted.choice()));
        requireSame(wanted, NumericPlatform.here(wanted.choice(), device));
        DataSplits data = data(job.data()).open();
        HyperNetwork network = new HyperNetwork(job.hyperNetwork());
        gradient = new ArchitectureGradient(network, job.task(data, job.architectures(data)), job.terms(), device);
        weights = ResidentWeights.received(assignment.run(), () -> network.zeros(device));
        client = new DriverClient(SparkEnv.get().conf(), SparkEnv.get().conf().getAppId(), assignment.host(),
                assignment.port());
    }

    /** The worker of this process; made for the first task of a training. */
    static synchronized Worker of(ExecutorTask assignment) throws IOException {
        Worker there = current;
        if (there != null && there.assignment.equals(assignment)) return there;
        if (there != null) there.close();
        current = null;
        Worker made = new Worker(assignment);
        current = made;
        return made;
    }

    private DataChoice data(DataChoice chosen) {
        if (assignment.shippedData().isEmpty()) return chosen;
        return chosen.at(DataSets.at(chosen.where(), SparkFiles.get(assignment.shippedData())));
    }

    private static void requireSame(NumericPlatform wanted, NumericPlatform here) {
        if (wanted.java() != here.java())
            throw new TensorException("Java " + here.java() + " runs here and Java " + wanted.java()
                    + " where the training was started; set spark.executorEnv.JAVA_HOME to a JDK of the same version");
        if (!wanted.kernels().equals(here.kernels()))
            throw new TensorException("the kernels here are '" + here.kernels() + "' and '" + wanted.kernels()
                    + "' where the training was started, so sums would be rounded otherwise; --kernels loops is the same everywhere");
    }

    /** Computes a part and sends its gradient. */
    PartReport compute(int step, int part, long attempt, String slot)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        Parameters now = weights.at(step, client::fetch);
        Replica free = replicas.poll();
        Replica replica = free == null ? new Replica(now) : free;
        replica.parameters().clearGradients();
        long began = System.nanoTime();
        double loss;
        boolean whole = false;
        try (Batch batch = gradient.batch(step)) {
            loss = gradient.add(replica.parameters(), batch, step, part);
            whole = true;
        } finally {
            if (!whole) replicas.add(replica);
        }
        long computed = System.nanoTime();
        client.send(
                new PieceHeader(assignment.run(), step, part, attempt, 0, 0, assignment.halves()), replica);
        replicas.add(replica);
        return new PartReport(loss, "", slot, began - start, computed - began, System.nanoTime() - computed);
    }

    private void close() {
        client.close();
        ResidentWeights.forget(assignment.run());
    }
}
