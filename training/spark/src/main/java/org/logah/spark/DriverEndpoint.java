package org.logah.spark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.util.TransportConf;
import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/** Gives weights out and takes gradients in, on the driver: both straight from and to its tensors. */
final class DriverEndpoint extends RpcHandler implements AutoCloseable {
    /** Which port it listens at; any by default. */
    private static final String PORT = "spark.logah.port";
    private final Inbox inbox;
    private final Weights weights;
    private final TransportContext context;
    private final TransportServer server;

    /** The weights as they stand, a stream for each tensor. They do not move while anybody's work on a step counts. */
    private static final class Weights extends StreamManager {
        private final List<Tensor> tensors;
        private final boolean authenticated;

        Weights(Parameters weights, boolean authenticated) {
            this.tensors = weights.all().stream().map(Variable::value).toList();
            this.authenticated = authenticated;
        }

        /** Spark's own handler keeps strangers from sending, not from asking for streams. */
        @Override
        public void checkAuthorization(TransportClient client, String name) {
            if (authenticated && client.getClientId() == null)
                throw new SecurityException("weights are for executors that have authenticated themselves");
        }

        @Override
        public ManagedBuffer openStream(String name) {
            return new NioManagedBuffer(tensors.get(Integer.parseInt(name)).segment().asByteBuffer());
        }

        @Override
        public ManagedBuffer getChunk(long stream, int chunk) {
            throw new UnsupportedOperationException("weights are streams, a tensor each");
        }
    }

    /** @param bindAddress the interface to listen at */
    DriverEndpoint(Parameters weights, Inbox inbox, SparkConf conf, String bindAddress) {
        this.weights = new Weights(weights, SparkEnv.get().securityManager().isAuthenticationEnabled());
        this.inbox = inbox;
        TransportConf transport = Transports.conf(conf, Runtime.getRuntime().availableProcessors());
        this.context = new TransportContext(transport, this);
        this.server = context.createServer(bindAddress, conf.getInt(PORT, 0), Transports.server(transport));
    }

    int port() { return server.getPort(); }

    @Override
    public StreamCallbackWithID receiveStream(TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
        PieceHeader said = PieceHeader.decode(header);
        PartGradient.Piece piece = open(said);
        return new StreamCallbackWithID() {
            @Override
            public String getID() { return said.toString(); }

            @Override
            public void onData(String id, ByteBuffer bytes) { if (piece != null) piece.add(bytes); }

            @Override
            public void onComplete(String id) { if (piece != null) inbox.finish(said, piece); }

            @Override
            public void onFailure(String id, Throwable cause) {
                // The task that sent it fails as well, and Spark has it done again.
            }
        };
    }

    private PartGradient.@Nullable Piece open(PieceHeader said) {
        try {
            return inbox.open(said);
        } catch (RuntimeException | OutOfMemoryError e) {
            inbox.fail(e);
            throw e;
        }
    }

    @Override
    public void receive(TransportClient client, @Nullable ByteBuffer message, RpcResponseCallback callback) {
        callback.onFailure(new IOException("gradients come as streams"));
    }

    @Override
    public StreamManager getStreamManager() { return weights; }

    @Override
    public void close() {
        server.close();
        context.close();
    }
}
