package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.DeviceProvider.UnavailableException;
import org.logah.engine.DeviceProviders;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.BlockCopy;
import org.logah.engine.Kernels.Product;
import org.logah.engine.MemoryBudget;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.training.measure.ProfiledDevice;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Where TornadoVM would go on in silence, there is an error that names the kernel or the tensor, and the way out. */
class GuardTest {
    private static final GpuKernel THROWS = GpuKernel.elements(GuardTest::throwing);
    private static final GpuKernel BITS = GpuKernel.elements(GuardTest::bits);
    private static final GpuKernel STRANGER = GpuKernel.elements(GuardTest::stranger);
    private static final long BYTES = 64L << 20;
    private static GpuDevice device;

    /** OpenCL has no such conversion in TornadoVM. */
    public static void bits(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        memory.set(c.globalIdx, 1f + Float.intBitsToFloat(a.get(0)));
    }

    /** TornadoVM cannot even read this. */
    public static void throwing(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        if (memory.get(c.globalIdx) > 0f) throw new IllegalStateException("not on a device");
        memory.set(c.globalIdx, 1f);
    }

    /** In no catalogue. */
    public static void stranger(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        memory.set(c.globalIdx, 1f);
    }

    @BeforeAll
    static void open() {
        List<GpuKernel> kernels = new ArrayList<>(KernelCatalog.all());
        kernels.add(BITS);
        device = TestDevices.open(BYTES, kernels);
    }

    @AfterAll
    static void close() { if (device != null) device.close(); }

    private static void assertMessage(Class<? extends Throwable> type, String part, Runnable call) {
        String message = assertThrows(type, call::run).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
        assertFalse(message.contains("Stacktrace") || message.contains("\u001b"), message);
    }

    @Test
    void aKernelThatDoesNotCompileIsAnErrorWithItsName() {
        assertMessage(LaunchException.class, "kernel 'throwing' cannot be compiled for a device",
                () -> TestDevices.open(BYTES, List.of(KernelCatalog.FILL, THROWS)));
        assertMessage(LaunchException.class, "kernel 'bits' failed on tornado:0 with arguments [7, 0]",
                () -> device.launcher().launch(BITS, new int[]{7, 0}, new float[0], 1, 1, 1));
        Tensor t = device.zeros(Shape.of(3));
        device.kernels().fill(t, 2f);
        assertArrayEquals(new float[]{2, 2, 2}, t.toFloats(), "the device goes on");
    }

    @Test
    void theFallbackToSequentialJavaIsRefused() {
        String before = System.getProperty("tornado.recover.bailout");
        System.setProperty("tornado.recover.bailout", "True");
        try {
            assertMessage(UnavailableException.class, "wrong numbers in silence",
                    () -> DeviceProviders.open("tornado:0"));
        } finally {
            System.setProperty("tornado.recover.bailout", before);
        }
    }

    @Test
    void aKernelWithoutAGridIsNotLaunched() {
        assertMessage(IllegalStateException.class, "kernel 'stranger' has no grid",
                () -> device.launcher().launch(STRANGER, new int[1], new float[0], 1, 1, 1));
    }

    @Test
    void anOperationWithoutAKernelIsNamed() {
        assertMessage(TensorException.class, "cumulativeSum has no kernel on tornado:0 yet",
                () -> device.kernels().plainLoop("cumulativeSum", () -> fail("the loop must not run")));
    }

    @Test
    void devicesThatAreNotThereAreNamed() {
        assertMessage(UnavailableException.class, "device 'tornado:99' is not there",
                () -> DeviceProviders.open("tornado:99"));
        assertMessage(UnavailableException.class, "write tornado:0", () -> DeviceProviders.open("tornado:x"));
        assertMessage(UnavailableException.class, "'abacus:0' is not there", () -> DeviceProviders.open("abacus:0"));
    }

    @Test
    void aDeviceIsDescribedWithTheNumbersItComputesIn() {
        String text = new TornadoProvider().list().getFirst().text();
        assertTrue(text.matches(".*; work-groups up to [1-9][0-9]*; (no )?FP64, (no )?FP16.*"), text);
    }

    @Test
    void sizesAreCheckedBeforeTheLaunch() {
        Tensor small = device.zeros(Shape.of(4, 4));
        Tensor large = device.zeros(Shape.of(8, 8));
        assertMessage(TensorException.class, "product would reach element 63 of F32 [4, 4]", () -> device.kernels()
                .product(new Product(1, 8, 8, 8, false, false, false), large, large, null, small));
        assertMessage(TensorException.class, "copyBlocks would reach element 19",
                () -> device.kernels().copyBlocks(new BlockCopy(1, 16, 0, 4, 0, 0), small, large));
        assertMessage(TensorException.class, "affine would reach", () -> device.kernels().affine(1f, 0f, small, large));
        assertMessage(TensorException.class, "gather: index 4 of 4 rows", () -> device.kernels().gather(small,
                device.ofInts(Shape.of(2), 0, 4), device.zeros(Shape.of(2, 4))));
        assertMessage(TensorException.class, "attention would reach element 299", () -> device.kernels().attention(
                Attention.packed(1, 1, 1, 300, false), large, large, large, null, large, large));
    }

    @Test
    void tensorsOfClosedScopesAndOtherDevicesAreRefused() {
        Tensor t;
        try (Scope scope = new Scope(device)) {
            t = scope.allocate(Shape.of(3));
            device.kernels().fill(t, 1f);
        }
        String gone = "it went back when a scope was closed";
        assertMessage(IllegalStateException.class, gone, () -> device.kernels().fill(t, 1f));
        assertMessage(IllegalStateException.class, gone, t::toFloats);
        assertMessage(IllegalStateException.class, gone, () -> t.slice(0, 1));
        assertMessage(IllegalStateException.class, gone, () -> t.copyTo(device));
        try (CpuDevice cpu = new CpuDevice(1, KernelChoice.PLAIN)) {
            Tensor foreign = cpu.zeros(Shape.of(3));
            assertMessage(TensorException.class, "is not on tornado:0", () -> device.kernels().fill(foreign, 1f));
        }
    }

    @Test
    void aClosedDeviceSaysSo() {
        GpuDevice other = TestDevices.open(BYTES, KernelCatalog.all());
        Tensor t = other.zeros(Shape.of(3));
        other.close();
        other.close();
        String closed = "device tornado:0 is closed";
        assertMessage(IllegalStateException.class, closed, () -> other.kernels().fill(t, 1f));
        assertMessage(IllegalStateException.class, closed, t::toFloats);
        assertMessage(IllegalStateException.class, closed, () -> other.zeros(Shape.of(3)));
    }

    /** There is no second copy of a device's floats that could be edited without the device noticing. */
    @Test
    void floatsHaveNoHostMemoryToEdit() {
        Tensor t = device.zeros(Shape.of(2));
        assertMessage(TensorException.class, "has no host memory", t::segment);
        t.set(1f, 2f);
        assertArrayEquals(new float[]{1, 2}, t.toFloats());
        assertEquals(2f, t.get(1));
    }

    @Test
    void exhaustedMemoryIsNamed() {
        assertMessage(MemoryBudget.ExceededException.class,
                "memory of tornado:0 is exhausted: 128 MB more were asked for",
                () -> device.allocate(Shape.of(32 << 20), org.logah.engine.DType.F32));
        try (Scope scope = new Scope(device)) {
            assertMessage(MemoryBudget.ExceededException.class, "are in use; use a smaller model or batch",
                    () -> scope.allocate(Shape.of(32 << 20)));
        }
    }

    /** As {@code --profile} does: what it allocates says that it is the clock's, and its memory is the device's. */
    @Test
    void aClockAroundTheDeviceComputesWithItsTensors() {
        ProfiledDevice clock = new ProfiledDevice(device);
        Tensor x = clock.of(Shape.of(3), 1, 2, 3);
        Tensor sum = clock.allocate(Shape.of(3), DType.F32);
        clock.kernels().binary(Binary.ADD, x, x, sum);
        assertArrayEquals(new float[]{2, 4, 6}, sum.toFloats());
        assertTrue(clock.activity().contains("binary add"), clock::activity);
    }
}
