package org.logah.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.logah.tornado.kernel.Transfers;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Runs kernels on one device. All of the device's numbers lie in one large array (floats) and one small one (words); a kernel
 * finds its operands by offsets in a block of integers that travels with each launch. So each kernel is one task graph,
 * compiled at its first launch and never again, whatever the shapes. Thread-safe: one launch at a time.
 */
final class Launcher implements AutoCloseable {
    /** Integers and real numbers that a launch may carry. */
    static final int INTS = 512;
    static final int FLOATS = 16;
    /** Elements of the blocks that tensors travel in, a graph for each. */
    private static final int[] BLOCKS = {64, 1 << 14, 1 << 18, 1 << 22};
    private static final int[] WORD_BLOCKS = {64, 1 << 12};
    private static final String TASK = "t";

    private final String device;
    private final FloatArray memory;
    private final IntArray words;
    private final IntArray ints = new IntArray(INTS);
    private final FloatArray floats = new FloatArray(FLOATS);
    private final Map<String, Entry> entries = new HashMap<>();
    private final GridScheduler grids = new GridScheduler();
    private final TornadoExecutionPlan plan;
    private final KernelContext context = new KernelContext();
    private final List<Block> up = new ArrayList<>();
    private final List<Block> upWords = new ArrayList<>();
    private final List<Block> down = new ArrayList<>();
    private String first = "";
    private int compiled;
    private long compileNanos;
    private long launches;
    private long bytesIn;
    private long bytesOut;

    /** A block that tensors travel in, and the kernel that moves it to or from its place. */
    private record Block(String kernel, int size, TornadoNativeArray array) {
        MemorySegment payload() { return array.getSegmentWithHeader().asSlice(TornadoNativeArray.ARRAY_HEADER); }
    }

    /** A kernel's graph in the plan and its grid. */
    private static final class Entry {
        final int index;
        final int localX;
        final int localY;
        final WorkerGrid3D grid = new WorkerGrid3D(1, 1, 1);
        boolean ran;

        Entry(int index, int localX, int localY) {
            this.index = index;
            this.localX = localX;
            this.localY = localY;
        }
    }

    /**
     * @param floatCount elements of the device's array of floats
     * @param wordCount elements of its array of words
     * @param print whether TornadoVM prints each kernel that it generates
     */
    Launcher(String device, TornadoDevice target, int floatCount, int wordCount, List<Kernel> kernels,
            boolean print) {
        this.device = device;
        this.memory = FloatArray.fromSegmentShallow(untouched(floatCount));
        this.words = IntArray.fromSegmentShallow(untouched(wordCount));
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        for (Kernel k : kernels) graphs.add(graph(graphs, k));
        for (int size : BLOCKS) {
            FloatArray block = new FloatArray(size);
            up.add(new Block("upload" + size, size, block));
            graphs.add(start(graphs, "upload" + size, 128, 1)
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints, block)
                    .task(TASK, Transfers::upload, context, ints, memory, block).persistOnDevice(memory, words)
                    .snapshot());
        }
        for (int size : WORD_BLOCKS) {
            IntArray block = new IntArray(size);
            upWords.add(new Block("uploadWords" + size, size, block));
            graphs.add(start(graphs, "uploadWords" + size, 128, 1)
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints, block)
                    .task(TASK, Transfers::uploadWords, context, ints, words, block).persistOnDevice(memory, words)
                    .snapshot());
        }
        for (int size : BLOCKS) {
            FloatArray block = new FloatArray(size);
            down.add(new Block("download" + size, size, block));
            graphs.add(start(graphs, "download" + size, 128, 1)
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints)
                    .task(TASK, Transfers::download, context, ints, memory, block)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, block).persistOnDevice(memory, words)
                    .snapshot());
        }
        this.plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new)).withDevice(target)
                .withGridScheduler(grids);
        if (print) plan.withPrintKernel();
        // The default flags allow the compiler to assume that there are no NaNs, and a loss that is one would go unseen.
        if (target.getTornadoVMBackend() == TornadoVMBackendType.OPENCL)
            plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-cl-mad-enable -w");
    }

    private ImmutableTaskGraph graph(List<ImmutableTaskGraph> before, Kernel k) {
        try {
            return start(before, k.name(), k.localX(), k.localY())
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints, floats)
                    .task(TASK, k.code(), context, ints, floats, memory, words).persistOnDevice(memory, words)
                    .snapshot();
        } catch (RuntimeException e) {
            throw new KernelException("kernel '" + k.name() + "' cannot be compiled for a device: "
                    + KernelException.reason(e), e);
        }
    }

    /** The first graph makes the two arrays on the device, without copying anything; the others find them there. */
    private TaskGraph start(List<ImmutableTaskGraph> before, String name, int localX, int localY) {
        Entry entry = new Entry(before.size(), localX, localY);
        if (entries.put(name, entry) != null) throw new IllegalArgumentException("two kernels named " + name);
        grids.addWorkerGrid(name + "." + TASK, entry.grid);
        TaskGraph graph = new TaskGraph(name);
        if (before.isEmpty()) first = name;
        return before.isEmpty()
                ? graph.transferToDevice(DataTransferMode.UNDER_DEMAND, memory, words)
                : graph.consumeFromDevice(first, memory, words);
    }

    /**
     * Host memory behind a device array: TornadoVM wants one, nobody reads or writes it, and so the system never has to find
     * pages for it.
     */
    private static MemorySegment untouched(int count) {
        long bytes = TornadoNativeArray.ARRAY_HEADER + 4L * count;
        Linker linker = Linker.nativeLinker();
        MethodHandle calloc = linker.downcallHandle(linker.defaultLookup().findOrThrow("calloc"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        MethodHandle free = linker.downcallHandle(linker.defaultLookup().findOrThrow("free"),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
        try {
            MemorySegment block = (MemorySegment) calloc.invokeExact(bytes, 1L);
            if (block.address() == 0)
                throw new OutOfMemoryError("no address space for " + bytes + " bytes of device memory");
            return block.reinterpret(bytes, Arena.ofAuto(), s -> release(free, s));
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void release(MethodHandle free, MemorySegment block) {
        try {
            free.invokeExact(block);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Runs a kernel on a grid of work-groups and waits for it.
     *
     * @throws KernelException if it cannot be compiled or run
     */
    synchronized void launch(Kernel kernel, int[] a, float[] f, int groupsX, int groupsY, int groupsZ) {
        if (a.length > INTS || f.length > FLOATS)
            throw new IllegalArgumentException(kernel.name() + ": " + a.length + " and " + f.length + " arguments");
        for (int i = 0; i < f.length; i++) floats.set(i, f[i]);
        run(kernel.name(), groupsX, groupsY, groupsZ, a);
    }

    private void run(String name, int groupsX, int groupsY, int groupsZ, int... a) {
        for (int i = 0; i < a.length; i++) ints.set(i, a[i]);
        Entry entry = entries.get(name);
        // Without a grid a kernel would run, and be wrong: none is launched that has none.
        if (entry == null || !grids.contains(name, TASK))
            throw new IllegalStateException("kernel '" + name + "' has no grid");
        entry.grid.setGlobalWork((long) groupsX * entry.localX, (long) groupsY * entry.localY, groupsZ);
        entry.grid.setLocalWork(entry.localX, entry.localY, 1);
        long start = System.nanoTime();
        try {
            plan.withGraph(entry.index).execute();
        } catch (Throwable e) {
            throw new KernelException(
                    "kernel '" + name + "' failed on " + device + " with arguments " + Arrays.toString(a) + ", "
                            + groupsX + " x " + groupsY + " x " + groupsZ + " work-groups: " + KernelException.reason(e)
                            + "; nothing was computed in its place. --device cpu computes the same without a GPU",
                    e);
        }
        launches++;
        if (!entry.ran) {
            entry.ran = true;
            compiled++;
            compileNanos += System.nanoTime() - start;
        }
    }

    /** Copies host floats to a place in the device's memory. */
    synchronized void upload(MemorySegment from, int place, long count) {
        bytesIn += send(up, from, place, count);
    }

    /** Copies host indices to a place in the device's words. */
    synchronized void uploadWords(MemorySegment from, int place, long count) {
        bytesIn += send(upWords, from, place, count);
    }

    /** Block by block; gives the bytes that travelled. */
    private long send(List<Block> blocks, MemorySegment from, int place, long count) {
        long bytes = 0;
        for (long done = 0; done < count;) {
            Block b = fitting(blocks, count - done);
            int n = (int) Math.min(b.size, count - done);
            MemorySegment.copy(from, done * 4, b.payload(), 0, n * 4L);
            run(b.kernel, groups(n), 1, 1, n, (int) (place + done));
            bytes += b.size * 4L;
            done += n;
        }
        return bytes;
    }

    /** Copies floats from a place in the device's memory to the host. */
    synchronized void download(int place, MemorySegment to, long count) {
        for (long done = 0; done < count;) {
            Block b = fitting(down, count - done);
            int n = (int) Math.min(b.size, count - done);
            run(b.kernel, groups(n), 1, 1, n, (int) (place + done));
            MemorySegment.copy(b.payload(), 0, to, done * 4, n * 4L);
            bytesOut += b.size * 4L;
            done += n;
        }
    }

    /** The smallest block that holds {@code count}, else the largest. */
    private static Block fitting(List<Block> blocks, long count) {
        for (Block b : blocks) if (b.size >= count) return b;
        return blocks.getLast();
    }

    /** Work-groups of 128 that make {@code threads}. */
    static int groups(long threads) {
        return Math.toIntExact((threads + 127) / 128);
    }

    synchronized LaunchReport report(long memoryInUse) {
        return new LaunchReport(compiled, compileNanos / 1e9, launches, bytesIn, bytesOut, memoryInUse);
    }

    @Override
    public void close() {
        try {
            plan.freeDeviceMemory();
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(e);
        }
    }
}
