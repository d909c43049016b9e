package org.logah.spark;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.util.TransportConf;
import org.jspecify.annotations.Nullable;

/** Takes gradients in, on the driver. */
final class GradientServer extends RpcHandler implements AutoCloseable {
    /** Which port it listens at; any by default. */
    private static final String PORT = "spark.logah.port";
    private final Inbox inbox;
    private final StreamManager streams = new OneForOneStreamManager();
    private final TransportContext context;
    private final TransportServer server;

    /** @param bindAddress the interface to listen at */
    GradientServer(Inbox inbox, SparkConf conf, String bindAddress) {
        this.inbox = inbox;
        TransportConf transport = GradientTransport.conf(conf, Runtime.getRuntime().availableProcessors());
        this.context = new TransportContext(transport, this);
        this.server = context.createServer(bindAddress, conf.getInt(PORT, 0), GradientTransport.server(transport));
    }

    int port() { return server.getPort(); }

    @Override
    public StreamCallbackWithID receiveStream(TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
        PieceHeader said = PieceHeader.decode(header);
        PartGradient.Piece piece = inbox.open(said);
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

    @Override
    public void receive(TransportClient client, @Nullable ByteBuffer message, RpcResponseCallback callback) {
        callback.onFailure(new IOException("only streams of gradients are taken in here"));
    }

    @Override
    public StreamManager getStreamManager() { return streams; }

    @Override
    public void close() {
        server.close();
        context.close();
    }
}
