package org.logah.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProviders;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;

import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;

/**
 * Our matrix product on a GPU beside cuBLAS, which nothing else here uses: {@code ./logah bench LibraryBench}, with TornadoVM's
 * CUDA backend and its cuBLAS library tasks. Both multiply the same square matrices, each launch waited for; results are compared
 * before anything is measured. In f16 cuBLAS gets half floats, ours rounds and packs them from 32 bits as it does in training.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LibraryBench {
    private static final int NOT_TRANSPOSED = 0;
    private static final int OUTPUT = 11;

    @Param({"1024", "4096"})
    public int n;

    @Param({"f32", "f16"})
    public String precision = "f32";

    private Device device;
    private Tensor a;
    private Tensor b;
    private Tensor c;
    private TornadoExecutionPlan plan;

    @Setup
    public void setup() {
        boolean half = precision.equals("f16");
        device = DeviceProviders.open("tornado:0", new Settings(half ? DType.F16 : DType.F32, false));
        // Only now: the device asks TornadoVM for more memory than it gives by default, which counts before its runtime starts.
        if (TornadoRuntimeProvider.getTornadoRuntime().getBackendType(0) != TornadoVMBackendType.CUDA) {
            device.close();
            throw new IllegalStateException("cuBLAS needs TornadoVM's CUDA backend; tornado:0 is of another");
        }
        RandomStream random = new RandomStream(1);
        a = device.allocate(Shape.of(n, n), DType.F32);
        b = device.allocate(Shape.of(n, n), DType.F32);
        c = device.allocate(Shape.of(n, n), DType.F32);
        random.fillNormal(a, 0, 1);
        random.fillNormal(b, 0, 1);
        FloatArray out = new FloatArray(n * n);
        TaskGraph graph = new TaskGraph("cublas");
        if (half) {
            HalfFloatArray left = halves(a.toFloats());
            HalfFloatArray right = halves(b.toFloats());
            graph = graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, left, right).libraryTask("t",
                    LibraryBench::ofHalves, n, left, right, out);
        } else {
            FloatArray left = FloatArray.fromArray(a.toFloats());
            FloatArray right = FloatArray.fromArray(b.toFloats());
            graph = graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, left, right).libraryTask("t",
                    LibraryBench::ofFloats, n, left, right, out);
        }
        ImmutableTaskGraph fixed = graph.transferToHost(DataTransferMode.UNDER_DEMAND, out).snapshot();
        plan = new TornadoExecutionPlan(fixed);
        plan.execute().transferToHost(out);
        ours();
        compare(c.toFloats(), out);
    }

    private static HalfFloatArray halves(float[] values) {
        HalfFloatArray h = new HalfFloatArray(values.length);
        for (int i = 0; i < values.length; i++) h.set(i, new HalfFloat(values[i]));
        return h;
    }

    /** cuBLAS keeps matrices by columns: the transposed product of rows is the product in the other order. */
    private static LibraryTaskDescriptor ofFloats(int n, FloatArray left, FloatArray right, FloatArray out) {
        return product("cublasSgemm", n, left, right, out);
    }

    private static LibraryTaskDescriptor ofHalves(int n, HalfFloatArray left, HalfFloatArray right, FloatArray out) {
        return product("cublasGemmExFP16FP32", n, left, right, out);
    }

    private static LibraryTaskDescriptor product(String function, int n, Object left, Object right, Object out) {
        Object[] arguments = {NOT_TRANSPOSED, NOT_TRANSPOSED, n, n, n, 1f, right, n, left, n, 0f, out, n};
        Access[] access = new Access[arguments.length];
        Arrays.fill(access, Access.READ_ONLY);
        access[OUTPUT] = Access.WRITE_ONLY;
        return new LibraryTaskDescriptor().withLibrary("nvidia/cublas").withFunction(function)
                .withParameters(arguments).withAccess(access);
    }

    private void compare(float[] ours, FloatArray theirs) {
        for (int i = 0; i < ours.length; i++) {
            if (Math.abs(ours[i] - theirs.get(i)) > 1e-4 * Math.sqrt(n))
                throw new IllegalStateException("element " + i + ": " + ours[i] + ", by cuBLAS " + theirs.get(i));
        }
    }

    @TearDown
    public void close() throws TornadoExecutionPlanException {
        plan.close();
        device.close();
    }

    @Benchmark
    public void ours() { device.kernels().product(new Product(1, n, n, n, false, false, false), a, b, null, c); }

    @Benchmark
    public void cublas() { plan.execute(); }
}
