package org.logah.spark;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Bf16;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Tensor;

/** The gradient of one architecture as it arrives: memory for each of the weights' tensors, used again for other architectures. */
final class PartGradient {
    private final List<Tensor> whole = new ArrayList<>();
    /** Only where numbers arrive as BF16: what is widened once it is there. */
    private final List<@Nullable Tensor> halves = new ArrayList<>();
    private final boolean[] present;
    private int arrived;

    PartGradient(Parameters weights) {
        for (Variable v : weights.all()) {
            whole.add(v.value().device().allocate(v.shape(), DType.F32));
            halves.add(null);
        }
        present = new boolean[whole.size()];
    }

    /** Empty, for another architecture. */
    synchronized void clear() {
        arrived = 0;
        Arrays.fill(present, false);
    }

    /** Where a tensor's bytes go. */
    private Tensor room(PieceHeader piece) {
        Tensor to = whole.get(piece.tensor());
        if (!piece.halves()) return to;
        Tensor half = halves.get(piece.tensor());
        if (half == null) {
            Device device = to.device();
            half = device.allocate(to.shape(), DType.BF16);
            halves.set(piece.tensor(), half);
        }
        return half;
    }

    /** Takes the bytes of one tensor as they come, in order. */
    final class Piece {
        private final PieceHeader header;
        private final Tensor to;
        private long at;

        Piece(PieceHeader header) {
            this.header = header;
            this.to = room(header);
        }

        void add(ByteBuffer bytes) {
            MemorySegment from = MemorySegment.ofBuffer(bytes);
            MemorySegment.copy(from, 0, to.segment(), at, from.byteSize());
            at += from.byteSize();
        }

        /** {@return whether all pieces of the part are there now} */
        boolean finish() {
            if (at != to.shape().bytes(to.type()))
                throw new IllegalStateException("tensor " + header.tensor() + " of part " + header.part() + " has " + at
                        + " bytes");
            if (header.halves())
                Bf16.widen(to.segment(), whole.get(header.tensor()).segment(), to.elements());
            return arrive(header);
        }
    }

    private synchronized boolean arrive(PieceHeader header) {
        present[header.tensor()] = true;
        return ++arrived == header.pieces();
    }

    /** Adds what is there to the gradients of the weights. */
    synchronized void addTo(Parameters weights) {
        int i = 0;
        for (Variable v : weights.all()) {
            if (present[i]) v.addGradient(whole.get(i));
            i++;
        }
    }
}
