package org.logah.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.logah.tornado.Recorder.Sequence;
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
 * What TornadoVM executes: a task graph for each kernel, for each size of the blocks that tensors travel in, and for each
 * recorded sequence, all of them on the same two arrays of the device. Its graphs are fixed when it is made.
 */
final class DevicePlan implements AutoCloseable {
    /** Integers and real numbers that a launch may carry. */
    static final int INTS = 512;
    static final int FLOATS = 16;
    /** Elements of the blocks that tensors travel in, a graph for each. */
    private static final int[] BLOCKS = {64, 1 << 14, 1 << 18, 1 << 22};
    private static final int[] WORD_BLOCKS = {64, 1 << 12};
    private static final String TASK = "t";
    /**
     * The name of all graphs. At each launch TornadoVM looks for every array among those that the graphs of each name have left on
     * the device, so that a launch would take the longer, the more kernels have names of their own.
     */
    private static final String GRAPH = "logah";

    private final TornadoDevice target;
    private final FloatArray memory;
    private final IntArray words;
    private final IntArray ints = new IntArray(INTS);
    private final FloatArray floats = new FloatArray(FLOATS);
    private final List<ImmutableTaskGraph> graphs = new ArrayList<>();
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<Sequence, Recording> recordings = new HashMap<>();
    private final Grids grids = new Grids();
    private final KernelContext context = new KernelContext();
    private final List<Block> up = new ArrayList<>();
    private final List<Block> upWords = new ArrayList<>();
    private final List<Block> down = new ArrayList<>();
    private final List<Block> downWords = new ArrayList<>();
    private final TornadoExecutionPlan plan;

    /** A block that tensors travel in, and the kernel that moves it to or from its place. */
    record Block(String kernel, int size, TornadoNativeArray array) {
        MemorySegment payload() { return array.getSegmentWithHeader().asSlice(TornadoNativeArray.ARRAY_HEADER); }

        long bytes() { return size * 4L; }
    }

    /** How a block is moved, as a task of a graph. */
    @FunctionalInterface
    private interface Transfer<T> { TaskGraph addTo(TaskGraph graph, String task, T block); }

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

    /** A sequence's graph in the plan, and the real numbers of its launches. */
    private record Recording(String name, int index, List<FloatArray> floats) {}

    /**
     * The grids of all tasks, of which TornadoVM is shown the one that is launched next: at each launch it goes through all names
     * twice, to see that one is of the graph, and writes all grids into a trace that nobody reads.
     */
    private static final class Grids extends GridScheduler {
        private Set<String> selected = Set.of();

        void add(String task, WorkerGrid3D grid) {
            addWorkerGrid(GRAPH + "." + task, grid);
            if (selected.isEmpty()) select(task);
        }

        void select(String task) { selected = Set.of(GRAPH + "." + task); }

        @Override
        public Set<String> keySet() { return selected; }

        @Override
        public String toString() { return selected.toString(); }
    }

    /**
     * @param floatCount elements of the device's array of floats
     * @param wordCount elements of its array of words
     * @param recorded sequences to compile as graphs
     * @param print whether TornadoVM prints each kernel that it generates
     */
    DevicePlan(TornadoDevice target, int floatCount, int wordCount, List<GpuKernel> kernels, List<Sequence> recorded,
            boolean print) {
        this.target = target;
        this.memory = FloatArray.fromSegmentShallow(untouched(floatCount));
        this.words = IntArray.fromSegmentShallow(untouched(wordCount));
        for (GpuKernel k : kernels) graphs.add(graph(k));
        for (int size : BLOCKS) {
            transfer(up, "upload", new FloatArray(size), (g, task, block) -> g
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints, block)
                    .task(task, Transfers::upload, context, ints, memory, block));
            transfer(down, "download", new FloatArray(size), (g, task, block) -> g
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints)
                    .task(task, Transfers::download, context, ints, memory, block)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, block));
        }
        for (int size : WORD_BLOCKS) {
            transfer(upWords, "uploadWords", new IntArray(size), (g, task, block) -> g
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints, block)
                    .task(task, Transfers::uploadWords, context, ints, words, block));
            transfer(downWords, "downloadWords", new IntArray(size), (g, task, block) -> g
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, ints)
                    .task(task, Transfers::downloadWords, context, ints, words, block)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, block));
        }
        for (Sequence s : recorded) graphs.add(graph(s));
        this.plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new)).withDevice(target)
                .withGridScheduler(grids);
        if (print) plan.withPrintKernel();
        // The default flags allow the compiler to assume that there are no NaNs, and a loss that is one would go unseen.
        if (target.getTornadoVMBackend() == TornadoVMBackendType.OPENCL)
            plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-cl-mad-enable -w");
        if (replaysByDriver()) for (Recording r : recordings.values()) plan.withGraph(r.index).withCUDAGraph();
    }

    /** A block that tensors travel in, and its graph. */
    private <T extends TornadoNativeArray> void transfer(List<Block> blocks, String kernel, T array,
            Transfer<T> body) {
        Block block = new Block(kernel + array.getSize(), array.getSize(), array);
        blocks.add(block);
        graphs.add(body.addTo(start(block.kernel, 128, 1), block.kernel, array).persistOnDevice(memory, words).snapshot());
    }

    private boolean replaysByDriver() {
        return target.getTornadoVMBackend() == TornadoVMBackendType.CUDA
                || target.getTornadoVMBackend() == TornadoVMBackendType.PTX;
    }

    private ImmutableTaskGraph graph(GpuKernel k) {
        try {
            TaskGraph graph = start(k.name(), k.localX(), k.localY());
            graph = k.takesReals()
                    ? graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, ints, floats)
                    : graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, ints);
            return k.addTo(graph, k.name(), context, ints, floats, memory, words).persistOnDevice(memory, words)
                    .snapshot();
        } catch (RuntimeException e) {
            throw new LaunchException("kernel '" + k.name() + "' cannot be compiled for a device: "
                    + LaunchException.reason(e), e);
        }
    }

    /** Each launch a task with its own arguments; those that never change travel once. */
    private ImmutableTaskGraph graph(Sequence s) {
        String name = "recorded" + recordings.size();
        List<FloatArray> changing = new ArrayList<>();
        TaskGraph graph = new TaskGraph(GRAPH).consumeFromDevice(GRAPH, memory, words);
        for (int i = 0; i < s.launches().size(); i++) {
            Launch l = s.launches().get(i);
            IntArray a = new IntArray(Math.max(FLOATS, l.a().length));
            for (int j = 0; j < l.a().length; j++) a.set(j, l.a()[j]);
            FloatArray f = new FloatArray(FLOATS);
            set(f, l.f());
            changing.add(f);
            WorkerGrid3D grid = new WorkerGrid3D(1, 1, 1);
            setGrid(grid, l.kernel().localX(), l.kernel().localY(), l.groupsX(), l.groupsY(), l.groupsZ());
            grids.add(name + TASK + i, grid);
            graph = graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, a);
            if (l.kernel().takesReals())
                graph = graph.transferToDevice(s.varies(i)
                        ? DataTransferMode.EVERY_EXECUTION
                        : DataTransferMode.FIRST_EXECUTION, f);
            graph = l.kernel().addTo(graph, name + TASK + i, context, a, f, memory, words);
        }
        recordings.put(s, new Recording(name, graphs.size(), changing));
        return graph.persistOnDevice(memory, words).snapshot();
    }

    private static void set(FloatArray f, float[] values) {
        for (int i = 0; i < values.length; i++) f.set(i, values[i]);
    }

    private static void setGrid(WorkerGrid3D grid, int localX, int localY, int groupsX, int groupsY, int groupsZ) {
        grid.setGlobalWork((long) groupsX * localX, (long) groupsY * localY, groupsZ);
        grid.setLocalWork(localX, localY, 1);
    }

    /** The first graph makes the two arrays on the device, without copying anything; the others find them there. */
    private TaskGraph start(String name, int localX, int localY) {
        Entry entry = new Entry(graphs.size(), localX, localY);
        if (entries.put(name, entry) != null) throw new IllegalArgumentException("two kernels named " + name);
        grids.add(name, entry.grid);
        TaskGraph graph = new TaskGraph(GRAPH);
        return graphs.isEmpty()
                ? graph.transferToDevice(DataTransferMode.UNDER_DEMAND, memory, words)
                : graph.consumeFromDevice(GRAPH, memory, words);
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

    List<Block> up() { return up; }

    List<Block> upWords() { return upWords; }

    List<Block> down() { return down; }

    List<Block> downWords() { return downWords; }

    /**
     * Runs one kernel and waits for it.
     *
     * @return whether it was its first run, which compiles it
     */
    boolean run(Launch l) {
        set(floats, l.f());
        return run(l.kernel().name(), l.a(), l.groupsX(), l.groupsY(), l.groupsZ());
    }

    /** Compiles one kernel, unless it ran before. */
    void compile(GpuKernel kernel) {
        Entry entry = Objects.requireNonNull(entries.get(kernel.name()));
        if (!entry.ran) plan.withGraph(entry.index).withPreCompilation();
    }

    /** Moves a block that was or will be filled. */
    boolean move(Block b, int count, int place) {
        return run(b.kernel, new int[]{count, place}, Launcher.groups(count), 1, 1);
    }

    /** Without a grid a kernel would run, and be wrong: none is launched that has none. */
    void requireGrid(GpuKernel k) {
        if (!entries.containsKey(k.name()) || !grids.contains(GRAPH, k.name()))
            throw new IllegalStateException("kernel '" + k.name() + "' has no grid");
    }

    private boolean run(String name, int[] a, int groupsX, int groupsY, int groupsZ) {
        for (int i = 0; i < a.length; i++) ints.set(i, a[i]);
        Entry entry = Objects.requireNonNull(entries.get(name));
        setGrid(entry.grid, entry.localX, entry.localY, groupsX, groupsY, groupsZ);
        grids.select(name);
        plan.withGraph(entry.index).execute();
        boolean firstRun = !entry.ran;
        entry.ran = true;
        return firstRun;
    }

    /** Runs a recorded sequence with the real numbers of these launches, and waits for it. */
    void replay(Sequence s, List<Launch> now) {
        Recording r = Objects.requireNonNull(recordings.get(s));
        for (int i = 0; i < now.size(); i++) if (s.varies(i)) set(r.floats.get(i), now.get(i).f());
        grids.select(r.name + TASK + 0);
        plan.withGraph(r.index).execute();
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
