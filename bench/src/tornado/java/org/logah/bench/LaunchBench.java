package org.logah.bench;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.logah.tornado.kernel.Elementwise;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What a launch costs alone, the way the GPU device launches, and as one of {@value #CHAIN} in a recorded graph; and what
 * such a graph costs to compile, which is printed: {@code ./logah bench LaunchBench}. The kernel is {@code affine} on 128
 * elements.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LaunchBench {
    static {
        // A graph of this many tasks overflows the default bytecode buffer, and would run as Java without a word.
        System.setProperty("tornado.recover.bailout", "False");
        System.setProperty("tornado.tvm.maxbytecodesize", "65536");
    }
    private static final int CHAIN = 32;
    private static final int ALONE = 0;
    private static final int RECORDED = 1;
    private final KernelContext context = new KernelContext();
    private final FloatArray memory = new FloatArray(1 << 16);
    private final IntArray words = new IntArray(64);
    private final GridScheduler grids = new GridScheduler();
    private TornadoExecutionPlan plan;

    @Setup
    public void setup() {
        TaskGraph alone = task(
                new TaskGraph("alone").transferToDevice(DataTransferMode.UNDER_DEMAND, memory, words), "alone", "t");
        TaskGraph recorded = new TaskGraph("recorded").consumeFromDevice("alone", memory, words);
        for (int i = 0; i < CHAIN; i++) task(recorded, "recorded", "t" + i);
        plan = new TornadoExecutionPlan(alone.persistOnDevice(memory, words).snapshot(),
                recorded.persistOnDevice(memory, words).snapshot()).withGridScheduler(grids);
        long start = System.nanoTime();
        plan.withGraph(ALONE).execute();
        long middle = System.nanoTime();
        plan.withGraph(RECORDED).execute();
        System.out.printf(Locale.ROOT, "first launch alone %.0f ms, of a graph of %d %.0f ms%n", (middle - start) / 1e6, CHAIN,
                (System.nanoTime() - middle) / 1e6);
    }

    private TaskGraph task(TaskGraph graph, String name, String task) {
        IntArray a = new IntArray(512);
        a.set(0, 128);
        FloatArray f = new FloatArray(16);
        f.set(0, 1f);
        WorkerGrid3D grid = new WorkerGrid3D(128, 1, 1);
        grid.setLocalWork(128, 1, 1);
        grids.addWorkerGrid(name + "." + task, grid);
        return graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, a, f).task(task, Elementwise::affine, context, a, f,
                memory, words);
    }

    @TearDown
    public void close() throws TornadoExecutionPlanException { plan.close(); }

    @Benchmark
    @OperationsPerInvocation(CHAIN)
    public void alone() {
        for (int i = 0; i < CHAIN; i++) plan.withGraph(ALONE).execute();
    }

    @Benchmark
    @OperationsPerInvocation(CHAIN)
    public void recorded() { plan.withGraph(RECORDED).execute(); }
}
