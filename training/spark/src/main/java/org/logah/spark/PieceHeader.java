package org.logah.spark;

import java.nio.ByteBuffer;

/**
 * What a stream of gradients says first. A piece is the gradient of one of the hypernetwork's tensors.
 *
 * @param run which training
 * @param step of the training
 * @param part the architecture's place in the step's meta-batch
 * @param attempt Spark's number of the try that computed it
 * @param tensor which tensor, in the order of the weights
 * @param pieces how many tensors of this part have a gradient at all
 * @param halves whether numbers are BF16 instead of F32
 */
record PieceHeader(long run, int step, int part, long attempt, int tensor, int pieces, boolean halves) {

    private static final int BYTES = 2 * Long.BYTES + 5 * Integer.BYTES;

    ByteBuffer encode() {
        return ByteBuffer.allocate(BYTES).putLong(run).putInt(step).putInt(part).putLong(attempt).putInt(tensor)
                .putInt(pieces).putInt(halves ? 1 : 0).flip();
    }

    /** @throws IllegalArgumentException if the bytes are none */
    static PieceHeader decode(ByteBuffer in) {
        if (in.remaining() != BYTES) throw new IllegalArgumentException("a header of " + in.remaining() + " bytes");
        return new PieceHeader(in.getLong(), in.getInt(), in.getInt(), in.getLong(), in.getInt(), in.getInt(),
                in.getInt() == 1);
    }
}
