package org.logah.spark;

import java.io.IOException;
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
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Bf16;
import org.logah.engine.Tensor;

/** Sends gradients to the driver, on an executor, straight from their tensors. */
final class GradientClient implements AutoCloseable {
    private final TransportContext context;
    private final TransportClientFactory factory;
    private final long timeoutSeconds;

    GradientClient(SparkConf conf, String application) {
        TransportConf transport = GradientTransport.conf(conf, 1);
        context = new TransportContext(transport, new NoOpRpcHandler(), true);
        factory = context.createClientFactory(GradientTransport.client(transport, application));
        timeoutSeconds = conf.getTimeAsSeconds("spark.network.timeout", "120s");
    }

    /**
     * Sends the gradients of a part and waits until they are there.
     *
     * @param host of the driver
     * @param port of its {@link GradientServer}
     * @param first the header of the first piece
     * @param replica whose gradients go
     * @throws IOException if they did not arrive
     */
    void send(String host, int port, PieceHeader first, Parameters replica) throws IOException, InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        int number = 0;
        for (Variable v : replica.all()) {
            Tensor gradient = v.gradient();
            if (gradient != null) {
                numbers.add(number);
                gradients.add(first.halves() ? Bf16.narrowed(gradient) : gradient);
            }
            number++;
        }
        TransportClient client = factory.createClient(host, port);
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < gradients.size(); i++) {
            PieceHeader header = new PieceHeader(first.run(), first.step(), first.part(), first.attempt(),
                    numbers.get(i), gradients.size(), first.halves());
            sent.add(send(client, header, gradients.get(i)));
        }
        try {
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(timeoutSeconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("gradients did not arrive at " + host + ":" + port, e);
        }
    }

    private static CompletableFuture<?> send(TransportClient client, PieceHeader header, Tensor gradient) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        ByteBuffer bytes = gradient.segment().asByteBuffer();
        client.uploadStream(new NioManagedBuffer(header.encode()), new NioManagedBuffer(bytes),
                new RpcResponseCallback() {
                    @Override
                    public void onSuccess(ByteBuffer response) { done.complete(true); }

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
