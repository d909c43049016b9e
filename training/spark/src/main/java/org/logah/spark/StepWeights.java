package org.logah.spark;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;

/**
 * The weights of one step, as Spark's broadcast carries them. The object itself is a name and a number: written, it reads the driver's
 * tensors; read, it fills those that the executor keeps ({@link ResidentWeights}). So neither side ever has them on its heap as a
 * whole but in the pieces that Spark cuts.
 */
public final class StepWeights implements Externalizable {
    private static final long serialVersionUID = 1;
    private static final int BLOCK = 1 << 16;
    private long run;
    private int step;

    /** For the serializer. */
    public StepWeights() {}

    StepWeights(long run, int step) {
        this.run = run;
        this.step = step;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
        out.writeLong(run);
        out.writeInt(step);
        byte[] block = new byte[BLOCK];
        for (Variable v : ResidentWeights.of(run).parameters().all()) {
            MemorySegment from = v.value().segment();
            for (long at = 0; at < from.byteSize(); at += BLOCK) {
                int count = (int) Math.min(BLOCK, from.byteSize() - at);
                MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, block, 0, count);
                out.write(block, 0, count);
            }
        }
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
        run = in.readLong();
        step = in.readInt();
        ResidentWeights.of(run).fill(step, weights -> read(in, weights));
    }

    private static void read(ObjectInput in, Parameters weights) throws IOException {
        byte[] block = new byte[BLOCK];
        for (Variable v : weights.all()) {
            MemorySegment to = v.value().segment();
            for (long at = 0; at < to.byteSize(); at += BLOCK) {
                int count = (int) Math.min(BLOCK, to.byteSize() - at);
                in.readFully(block, 0, count);
                MemorySegment.copy(block, 0, to, ValueLayout.JAVA_BYTE, at, count);
            }
        }
    }
}
