package org.logah.spark;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/** Fetches weights from the driver and sends it gradients, on an executor, straight to and from their tensors. */
final class DriverClient implements AutoCloseable {
    private final TransportContext context;
    private final TransportClientFactory factory;
    private final long timeoutSeconds;

    /** When anything last came or arrived, of any task: all share one connection, and wait for each other there. */
    private volatile long lastSign = System.nanoTime();
    private final String host;
    private final int port;

    /**
     * @param application Spark's name for it, by which both sides know each other
     * @param host of the driver
     * @param port of its {@link DriverEndpoint}
     */
    DriverClient(SparkConf conf, String application, String host, int port) {
        this.host = host;
        this.port = port;
        TransportConf transport = Transports.conf(conf, 1);
        context = new TransportContext(transport, new NoOpRpcHandler(), true);
        factory = context.createClientFactory(Transports.client(transport, application));
        timeoutSeconds = conf.getTimeAsSeconds("spark.network.timeout", "120s");
    }

    /**
     * Sends the gradients of a part and waits until they are there.
     *
     * @param first the header of the first piece
     * @param replica whose gradients go
     * @throws IOException if they did not arrive
     */
    void send(PieceHeader first, Replica replica) throws IOException, InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        int number = 0;
        for (Variable v : replica.parameters().all()) {
            if (v.gradient() != null) {
                numbers.add(number);
                gradients.add(first.halves() ? replica.narrowed(v) : v.gradient());
            }
            number++;
        }
        TransportClient client = factory.createClient(host, port);
        lastSign = System.nanoTime();
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < gradients.size(); i++) {
            PieceHeader header = new PieceHeader(first.run(), first.step(), first.part(), first.attempt(),
                    numbers.get(i), gradients.size(), first.halves());
            sent.add(send(client, header, gradients.get(i)));
        }
        await(sent, "gradients did not arrive at ");
    }

    private void await(List<CompletableFuture<?>> all, String otherwise) throws IOException, InterruptedException {
        for (CompletableFuture<?> one : all) {
            while (true) {
                try {
                    one.get(1, TimeUnit.SECONDS);
                    break;
                } catch (ExecutionException e) {
                    throw new IOException(otherwise + host + ":" + port, e);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - lastSign > TimeUnit.SECONDS.toNanos(timeoutSeconds))
                        throw new IOException(otherwise + host + ":" + port, e);
                }
            }
        }
    }

    /**
     * Fetches the weights as they stand.
     *
     * @param into gets their numbers
     * @throws IOException if they did not come
     */
    void fetch(Parameters into) throws IOException, InterruptedException {
        TransportClient client = factory.createClient(host, port);
        lastSign = System.nanoTime();
        List<CompletableFuture<?>> coming = new ArrayList<>();
        int number = 0;
        for (Variable v : into.all()) coming.add(fetch(client, Integer.toString(number++), v.value().segment()));
        await(coming, "weights did not come from ");
    }

    private CompletableFuture<?> fetch(TransportClient client, String name, MemorySegment to) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        client.stream(name, new StreamCallback() {
            private long at;

            @Override
            public void onData(String stream, ByteBuffer bytes) {
                MemorySegment from = MemorySegment.ofBuffer(bytes);
                MemorySegment.copy(from, 0, to, at, from.byteSize());
                at += from.byteSize();
                lastSign = System.nanoTime();
            }

            @Override
            public void onComplete(String stream) {
                if (at == to.byteSize()) done.complete(true);
                else done.completeExceptionally(new IOException(at + " bytes of tensor " + stream));
            }

            @Override
            public void onFailure(String stream, Throwable cause) { done.completeExceptionally(cause); }
        });
        return done;
    }

    private CompletableFuture<?> send(TransportClient client, PieceHeader header, Tensor gradient) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        ByteBuffer bytes = gradient.segment().asByteBuffer();
        client.uploadStream(new NioManagedBuffer(header.encode()), new NioManagedBuffer(bytes),
                new RpcResponseCallback() {
                    @Override
                    public void onSuccess(ByteBuffer response) {
                        lastSign = System.nanoTime();
                        done.complete(true);
                    }

                    @Override
                    public void onFailure(Throwable e) { done.completeExceptionally(e); }
                });
        return done;
    }

    @Override
    public void close() {
        factory.close();
        context.close();
    }
}
