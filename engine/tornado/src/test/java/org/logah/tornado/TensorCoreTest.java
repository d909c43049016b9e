package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProvider.UnavailableException;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** Products on tensor cores, against the plain product of operands that were rounded before; skipped where there are none. */
class TensorCoreTest {
    private static final int[] SIZES = {1, 2, 3, 15, 31, 32, 33, 63, 64, 100, 127, 128, 129, 200, 256, 300};

    private static void requireTensorCores() {
        TestDevices.requireOne();
        if (TornadoProvider.devices().getFirst().getTornadoVMBackend() == TornadoVMBackendType.CUDA) return;
        String why = "no tensor cores: tornado:0 is not of TornadoVM's CUDA backend";
        System.err.println("skipped: " + why);
        Assumptions.abort(why);
    }

    private static float rounded(float v, DType to) {
        if (to == DType.F16) return Float.float16ToFloat(Float.floatToFloat16(v));
        int bits = Float.floatToRawIntBits(v);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000);
    }

    private static float[] normal(RandomStream r, int n) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) v[i] = (float) r.nextNormal();
        return v;
    }

    private static float[] rounded(float[] v, DType to) {
        float[] out = new float[v.length];
        for (int i = 0; i < v.length; i++) out[i] = rounded(v[i], to);
        return out;
    }

    private static float[] product(Device d, Product p, float[] a, float[] b, float[] bias, float[] before) {
        Tensor out = d.of(Shape.of(before.length), before);
        d.kernels().product(p, d.of(Shape.of(a.length), a), d.of(Shape.of(b.length), b),
                bias == null ? null : d.of(Shape.of(bias.length), bias), out);
        return out.toFloats();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"BF16", "F16"})
    void multipliesRoundedOperands(DType type) {
        requireTensorCores();
        try (Device device = new TornadoProvider().open(0, new Settings(type, false));
                CpuDevice cpu = new CpuDevice(1, KernelChoice.PLAIN)) {
            for (int seed = 0; seed < 40; seed++) {
                RandomStream r = new RandomStream(seed);
                int m = SIZES[r.nextInt(SIZES.length)];
                int n = SIZES[r.nextInt(SIZES.length)];
                int k = SIZES[r.nextInt(SIZES.length)];
                int batch = 1 + r.nextInt(3);
                boolean accumulate = (seed & 4) != 0;
                Product p = new Product(batch, m, n, k, (seed & 1) != 0, (seed & 2) != 0, accumulate);
                float[] a = normal(r, batch * m * k);
                float[] b = normal(r, batch * k * n);
                float[] bias = accumulate || (seed & 8) != 0 ? null : normal(r, n);
                float[] before = normal(r, batch * m * n);
                float[] expected = product(cpu, p, rounded(a, type), rounded(b, type), bias, before);
                float[] actual = product(device, p, a, b, bias, before);
                if (Math.min(m, Math.min(n, k)) < TensorCoreProducts.LEAST)
                    expected = product(cpu, p, a, b, bias, before);
                double tolerance = 1e-6 * Math.sqrt(k) + 1e-6;
                for (int i = 0; i < expected.length; i++)
                    assertEquals(expected[i], actual[i], tolerance * (1 + Math.abs(expected[i])),
                            "seed " + seed + ", " + p + ", element " + i);
            }
        }
    }

    @Test
    void moreTilesThanGroupsAreAllMade() {
        requireTensorCores();
        try (Device device = new TornadoProvider().open(0, new Settings(DType.BF16, false))) {
            int n = 300;
            int m = 128 * 90;
            float[] ones = new float[m * 32];
            for (int i = 0; i < m; i++) ones[i * 32 + 5] = 1f;
            float[] columns = new float[32 * n];
            for (int i = 0; i < n; i++) columns[5 * n + i] = i % 128;
            float[] out = product(device, new Product(1, m, n, 32, false, false, false), ones, columns, null,
                    new float[m * n]);
            for (int i = 0; i < out.length; i++) assertEquals(i % n % 128, out[i], "element " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"BF16", "F16"})
    void roundsToTheNearestEvenAndKeepsWhatIsNotANumber(DType type) {
        requireTensorCores();
        RandomStream r = new RandomStream(3);
        float[] values = new float[512];
        float[] first = new float[32 * 32];
        for (int i = 0; i < 32; i++) first[i] = 1f;
        for (int i = 0; i < 256; i++) values[i] = (float) (r.nextNormal() * Math.pow(10, r.nextInt(9) - 4));
        // Halfway between two numbers of the type: 1 + an odd multiple of half a unit in the last place.
        float unit = type == DType.F16 ? 0x1p-10f : 0x1p-7f;
        for (int i = 256; i < 500; i++) values[i] = 1 + (i - 255.5f) % 127 * unit;
        values[500] = Float.NaN;
        values[501] = Float.POSITIVE_INFINITY;
        values[502] = Float.NEGATIVE_INFINITY;
        values[503] = Float.intBitsToFloat(0x7FC00001);
        try (Device device = new TornadoProvider().open(0, new Settings(type, false))) {
            // A row has one value and 31 zeros, times ones in the first row alone.
            float[] rows = new float[512 * 32];
            for (int i = 0; i < 512; i++) rows[i * 32] = values[i];
            float[] out = product(device, new Product(1, 512, 32, 32, false, false, false), rows, first, null,
                    new float[512 * 32]);
            float[] expected = rounded(values, type);
            expected[503] = Float.NaN;
            for (int i = 0; i < 512; i++) assertEquals(expected[i], out[i * 32 + i % 32], "row " + i);
        }
    }

    @Test
    void aDeviceWithoutThemSaysSo() {
        TestDevices.requireOne();
        Assumptions.assumeTrue(
                TornadoProvider.devices().getFirst().getTornadoVMBackend() != TornadoVMBackendType.CUDA,
                "tornado:0 has tensor cores");
        UnavailableException e = assertThrows(UnavailableException.class,
                () -> new TornadoProvider().open(0, new Settings(DType.BF16, false)));
        assertTrue(e.getMessage().contains("leave --precision out"), e.getMessage());
    }

    @Test
    void theKernelIsNotInTheCatalogOfOthers() {
        assertEquals(List.of(KernelCatalog.PACK, KernelCatalog.PRODUCT_BF16), KernelCatalog.all(DType.BF16).stream()
                .filter(k -> !KernelCatalog.all().contains(k)).toList());
    }
}
