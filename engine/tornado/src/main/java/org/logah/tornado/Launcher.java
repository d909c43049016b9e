package org.logah.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.tornado.DevicePlan.Block;
import org.logah.tornado.Recorder.Sequence;

import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Runs kernels on one device. All of the device's numbers lie in one large array (floats) and one small one (words); a kernel
 * finds its operands by offsets in a block of integers that travels with each launch. So each kernel is one task graph,
 * compiled at its first launch and never again, whatever the shapes. Where replaying is on, launches wait until something is
 * read or written by the host, and those that came together before run as one graph. Thread-safe: one launch at a time.
 */
final class Launcher implements AutoCloseable {
    /** Integers that a launch may carry. */
    static final int INTS = DevicePlan.INTS;
    /** What a kernel that takes no real numbers gets. */
    static final float[] NO_REALS = {};
    /** New plans that are made for what comes again; each compiles everything anew. */
    private static final int MOST_PLANS = 4;

    private final String device;
    private final TornadoDevice target;
    private final DeviceMemory memory;
    private final int wordCount;
    private final List<GpuKernel> kernels;
    private final boolean print;
    private final @Nullable Recorder recorder;
    private final List<Launch> waiting = new ArrayList<>();
    private DevicePlan plan;
    private int plans = 1;
    private int compiled;
    private long compileNanos;
    private long launches;
    private int graphs;
    private long replays;
    private long bytesIn;
    private long bytesOut;
    private boolean closed;

    /**
     * @param memory whose places launches name
     * @param wordCount elements of the device's array of words
     * @param replay whether sequences of launches that come again are recorded
     * @param print whether TornadoVM prints each kernel that it generates
     */
    Launcher(String device, TornadoDevice target, DeviceMemory memory, int wordCount, List<GpuKernel> kernels,
            boolean replay, boolean print) {
        this.device = device;
        this.target = target;
        this.memory = memory;
        this.wordCount = wordCount;
        this.kernels = kernels;
        this.print = print;
        this.recorder = replay ? new Recorder() : null;
        open(List.of());
    }

    /** A plan whose arrays are on the device. */
    private void open(List<Sequence> recorded) {
        plan = new DevicePlan(target, memory.floatCount(), wordCount, kernels, recorded, print);
        runNow(new Launch(kernels.getFirst(), new int[2], new float[1], 1, 1, 1));
    }

    private void requireOpen() {
        if (closed)
            throw new IllegalStateException("device " + device + " is closed and computes nothing; open a new one");
    }

    /**
     * Runs a kernel on a grid of work-groups, at once or before the host next reads or writes the device's memory.
     *
     * @throws LaunchException if it, or one that waited, cannot be compiled or run
     * @throws IllegalStateException if the device is closed
     */
    synchronized void launch(GpuKernel kernel, int[] a, float[] f, int groupsX, int groupsY, int groupsZ) {
        requireOpen();
        if (a.length > INTS || f.length > DevicePlan.FLOATS)
            throw new IllegalArgumentException(kernel.name() + ": " + a.length + " and " + f.length + " arguments");
        if (f.length > 0 && !kernel.takesReals())
            throw new IllegalArgumentException(kernel.name() + " takes no real numbers");
        plan.requireGrid(kernel);
        if (recorder == null) {
            runNow(new Launch(kernel, a, f, groupsX, groupsY, groupsZ));
            return;
        }
        // What waits has arguments of its own, whatever the caller does with his.
        waiting.add(new Launch(kernel, a.clone(), f.clone(), groupsX, groupsY, groupsZ));
        if (waiting.size() == Recorder.LONGEST) flush();
    }

    /** Compiles a kernel without running it. */
    synchronized void compile(GpuKernel kernel) {
        requireOpen();
        plan.compile(kernel);
    }

    /** Runs a kernel with one thread an element, in work-groups of 128; not at all where there is none. */
    void launchElements(GpuKernel kernel, long elements, float[] f, int... a) {
        if (elements > 0) launch(kernel, a, f, groups(elements), 1, 1);
    }

    /** Runs a kernel with one work-group a row; not at all where there is none. */
    void launchRows(GpuKernel kernel, long rows, float[] f, int... a) {
        if (rows > 0) launch(kernel, a, f, Math.toIntExact(rows), 1, 1);
    }

    /** Runs what waits: as a recorded graph if it came before, else one by one. */
    private void flush() {
        if (waiting.isEmpty() || recorder == null) return;
        List<Launch> now = List.copyOf(waiting);
        waiting.clear();
        Sequence s = recorder.see(now);
        if (s.canReplay(now)) {
            replay(s, now);
            return;
        }
        for (Launch l : now) runNow(l);
        if (s.isRipe() && plans < MOST_PLANS) record(recorder.worthRecording());
    }

    private void runNow(Launch l) {
        long start = System.nanoTime();
        try {
            if (plan.run(l)) {
                compiled++;
                compileNanos += System.nanoTime() - start;
            }
        } catch (Throwable e) {
            throw new LaunchException("kernel '" + l.kernel().name() + "' failed on " + device + " with arguments "
                    + Arrays.toString(l.a()) + ", " + l.groupsX() + " x " + l.groupsY() + " x " + l.groupsZ()
                    + " work-groups: " + LaunchException.reason(e)
                    + "; nothing was computed in its place. --device cpu computes the same without a GPU", e);
        }
        launches++;
    }

    private void replay(Sequence s, List<Launch> now) {
        try {
            plan.replay(s, now);
        } catch (Throwable e) {
            throw new LaunchException("a recorded sequence of " + now.size() + " kernels from '"
                    + now.getFirst().kernel().name() + "' to '" + now.getLast().kernel().name() + "' failed on "
                    + device + ": " + LaunchException.reason(e) + "; without --replay each is launched alone", e);
        }
        launches += now.size();
        replays++;
    }

    /** A plan's graphs are fixed, so a new one takes its place, and what lies in the device's memory moves over. */
    private void record(List<Sequence> sequences) {
        long start = System.nanoTime();
        try (Arena arena = Arena.ofConfined()) {
            int floats = memory.floatsReached();
            int words = memory.wordsReached();
            MemorySegment ofFloats = arena.allocate(4L * Math.max(1, floats), 4);
            MemorySegment ofWords = arena.allocate(4L * Math.max(1, words), 4);
            receive(plan.down(), 0, ofFloats, floats);
            receive(plan.downWords(), 0, ofWords, words);
            plan.close();
            open(sequences);
            send(plan.up(), ofFloats, 0, floats);
            send(plan.upWords(), ofWords, 0, words);
        }
        sequences.forEach(Sequence::markRecorded);
        graphs = sequences.size();
        plans++;
        compileNanos += System.nanoTime() - start;
    }

    /** Copies host floats to a place in the device's memory. */
    synchronized void upload(MemorySegment from, int place, long count) {
        requireOpen();
        flush();
        send(plan.up(), from, place, count);
    }

    /** Copies host indices to a place in the device's words. */
    synchronized void uploadWords(MemorySegment from, int place, long count) {
        requireOpen();
        flush();
        send(plan.upWords(), from, place, count);
    }

    /** Copies floats from a place in the device's memory to the host. */
    synchronized void download(int place, MemorySegment to, long count) {
        requireOpen();
        flush();
        receive(plan.down(), place, to, count);
    }

    private void send(List<Block> blocks, MemorySegment from, int place, long count) {
        for (long done = 0; done < count;) {
            Block b = fitting(blocks, count - done);
            int n = (int) Math.min(b.size(), count - done);
            MemorySegment.copy(from, done * 4, b.payload(), 0, n * 4L);
            move(b, n, (int) (place + done));
            bytesIn += b.bytes();
            done += n;
        }
    }

    private void receive(List<Block> blocks, int place, MemorySegment to, long count) {
        for (long done = 0; done < count;) {
            Block b = fitting(blocks, count - done);
            int n = (int) Math.min(b.size(), count - done);
            move(b, n, (int) (place + done));
            MemorySegment.copy(b.payload(), 0, to, done * 4, n * 4L);
            bytesOut += b.bytes();
            done += n;
        }
    }

    private void move(Block b, int count, int place) {
        long start = System.nanoTime();
        try {
            if (plan.move(b, count, place)) {
                compiled++;
                compileNanos += System.nanoTime() - start;
            }
        } catch (Throwable e) {
            throw new LaunchException("a transfer of " + count + " elements failed on " + device + ": "
                    + LaunchException.reason(e), e);
        }
        launches++;
    }

    /** The smallest block that holds {@code count}, else the largest. */
    private static Block fitting(List<Block> blocks, long count) {
        for (Block b : blocks) if (b.size() >= count) return b;
        return blocks.getLast();
    }

    /** Work-groups of 128 that make {@code threads}. */
    static int groups(long threads) {
        return Math.toIntExact((threads + 127) / 128);
    }

    /** Runs what waits. */
    synchronized void finish() { flush(); }

    /** What was done so far; launches that wait are run first. */
    synchronized LaunchReport report() {
        flush();
        return new LaunchReport(compiled, compileNanos / 1e9, launches, graphs, replays, bytesIn, bytesOut,
                memory.used());
    }

    /** Drops what waits and gives the device's memory back. Closing a second time does nothing. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        waiting.clear();
        plan.close();
    }
}
