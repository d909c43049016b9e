package org.logah.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.logah.autograd.Parameters;
import org.logah.engine.OneLine;
import org.logah.engine.TensorException;
import org.logah.engine.part.RecordJson;
import org.logah.training.cluster.Cluster;
import org.logah.training.cluster.ClusterListener;
import org.logah.training.cluster.ClusterProvider.Request;
import org.logah.training.cluster.NumericPlatform;
import org.logah.training.cluster.MetaJob;
import org.logah.training.data.DataSets;
import org.logah.training.meta.MetaGradients;

/** A Spark context, and what becomes of its executors. */
final class SparkCluster implements Cluster {
    private static final String STANDALONE = "spark://";
    private final JavaSparkContext spark;
    private final Request request;
    private final Watch watch;
    private final Exchange exchange = new Exchange();
    private final List<MetaGradients> open = new ArrayList<>();

    private SparkCluster(JavaSparkContext spark, Request request, Watch watch) {
        this.spark = spark;
        this.request = request;
        this.watch = watch;
    }

    static SparkCluster open(Request request, ClusterListener listener) {
        SparkSettings settings = new SparkSettings(request.address());
        settings.requireEnvironment(System.getenv());
        SparkConf conf = settings.conf();
        long seconds = conf.getTimeAsSeconds(SparkSettings.ANSWER);
        requireAnswer(request.address(), seconds);
        settings.shipClasses(conf);
        SparkContext context = start(conf, request.address(), seconds);
        // Those that came while it started were not heard of: Spark counts the driver among them.
        Watch watch = new Watch(listener, context.statusTracker().getExecutorInfos().length - 1);
        context.addSparkListener(watch);
        try {
            if (!settings.isThisProcess()) requireExecutor(context, request.address(), seconds);
            return new SparkCluster(new JavaSparkContext(context), request, watch);
        } catch (TensorException e) {
            context.stop();
            throw e;
        }
    }

    /** Something listens there. Whether it is a cluster, is seen later. */
    private static void requireAnswer(String address, long seconds) {
        if (!address.startsWith(STANDALONE)) return;
        TensorException last = new TensorException("cluster '" + address + "': write spark://host:7077");
        for (String one : address.substring(STANDALONE.length()).split(",", -1)) {
            int colon = one.lastIndexOf(':');
            try (Socket socket = new Socket()) {
                int port = Integer.parseInt(one.substring(colon + 1));
                socket.connect(new InetSocketAddress(one.substring(0, Math.max(0, colon)), port),
                        (int) TimeUnit.SECONDS.toMillis(seconds));
                return;
            } catch (NumberFormatException e) {
                throw new TensorException("cluster '" + address + "': write spark://host:7077", e);
            } catch (IOException | IllegalArgumentException e) {
                last = noAnswer(address, String.valueOf(e.getMessage()), e);
            }
        }
        throw last;
    }

    private static TensorException noAnswer(String address, String why, Throwable cause) {
        return new TensorException("cluster '" + address + "' does not answer (" + why
                + "); is its master running, and reachable from here?", cause);
    }

    /** On a thread of its own: Spark would wait for a master for a minute, and cannot be told to wait less. */
    private static SparkContext start(SparkConf conf, String address, long seconds) {
        CompletableFuture<SparkContext> started = new CompletableFuture<>();
        Thread starter = new Thread(() -> {
            try {
                started.complete(new SparkContext(conf));
            } catch (Throwable e) {
                started.completeExceptionally(e);
            }
        }, "logah-spark-start");
        starter.setDaemon(true);
        starter.start();
        try {
            return address.startsWith(STANDALONE) ? started.get(seconds, TimeUnit.SECONDS) : started.get();
        } catch (TimeoutException e) {
            throw noAnswer(address, "nothing within " + seconds + " s", e);
        } catch (ExecutionException e) {
            throw new TensorException("cluster '" + address + "': " + Failures.line(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TensorException("cluster '" + address + "': interrupted", e);
        }
    }

    private static void requireExecutor(SparkContext context, String address, long seconds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (context.statusTracker().getExecutorInfos().length < 2) { // one of them is the driver
            if (context.isStopped())
                throw new TensorException("cluster '" + address + "' turned the training away; is it of this Spark, "
                        + context.version() + "?");
            if (System.nanoTime() > until)
                throw new TensorException("cluster '" + address + "' gave no executor within " + seconds
                        + " s; has it a worker with memory and a core to spare (spark.executor.memory, spark.executor.cores)? Longer with "
                        + SparkSettings.ANSWER);
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TensorException("cluster '" + address + "': interrupted", e);
            }
        }
    }

    /** Executors that come and go. */
    private static final class Watch extends SparkListener {
        private final ClusterListener listener;
        final AtomicInteger come = new AtomicInteger();
        final AtomicInteger gone = new AtomicInteger();
        volatile boolean closing;

        Watch(ClusterListener listener, int before) {
            this.listener = listener;
            come.set(before);
        }

        @Override
        public void onExecutorAdded(SparkListenerExecutorAdded added) {
            come.incrementAndGet();
            listener.joined(added.executorId() + " on " + added.executorInfo().executorHost());
        }

        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
            if (closing) return;
            gone.incrementAndGet();
            // Of a connection that broke Spark says much more, and knows no more.
            String why = removed.reason().split("\\. ", 2)[0];
            listener.lost(removed.executorId(), OneLine.of(why), Math.max(0, come.get() - gone.get()));
        }
    }

    @Override
    public MetaGradients gradients(MetaJob job, NumericPlatform computing, Parameters weights) {
        SparkConf conf = spark.getConf();
        long run = System.nanoTime();
        String shipped = ship(job); // before anything listens: it may be refused
        Inbox inbox = new Inbox(run, weights);
        DriverEndpoint endpoint = new DriverEndpoint(weights, inbox, SparkEnv.get().conf(),
                conf.get("spark.driver.bindAddress", conf.get("spark.driver.host")));
        ExecutorTask assignment = new ExecutorTask(run, job.json(), RecordJson.write(computing).toString(), shipped,
                request.coarse(), conf.get("spark.driver.host"), endpoint.port());
        SparkEnv.get().metricsSystem().registerSource(exchange);
        MetaGradients made = new SparkGradients(spark, weights, job.terms().metaBatch(), assignment, inbox, endpoint,
                exchange);
        open.add(made);
        return made;
    }

    /** The name that executors find the data under; empty where each reads its own. */
    private String ship(MetaJob job) {
        if (!request.shipsData()) return "";
        String where = job.data().where();
        Path path = where.isEmpty() ? null : DataSets.path(where);
        if (path == null)
            throw new TensorException("the data is built in, and every executor has it; leave out --ship-data");
        if (!Files.isRegularFile(path))
            throw new TensorException(path + ": single files can be sent with --ship-data; put a folder where each "
                    + "executor finds it under this name");
        spark.addFile(path.toAbsolutePath().toString());
        return path.getFileName().toString();
    }

    @Override
    public boolean isThisProcess() { return new SparkSettings(request.address()).isThisProcess(); }

    @Override
    public String activity() {
        return "cluster: " + exchange.report() + "; " + watch.come + " executors came, " + watch.gone + " were lost";
    }

    @Override
    public void close() {
        watch.closing = true;
        open.forEach(MetaGradients::close);
        spark.close();
    }
}
