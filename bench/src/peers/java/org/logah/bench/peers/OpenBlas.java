package org.logah.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Set;

import jdk.incubator.vector.FloatVector;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;

/** The system's OpenBLAS through the foreign function interface: products only. */
final class OpenBlas implements Contestant {
    private static final int ROW_MAJOR = 101;
    private static final int AS_IT_IS = 111;
    private static final int TRANSPOSED = 112;
    private static final long MOST_LETTERS = 64;
    /** Bits of AVX-512. */
    private static final int WIDEST = 512;
    /** Kernels for AVX-512, by the names of the processors that OpenBLAS wrote them for. */
    private static final Set<String> WIDE = Set.of("skylakex", "cooperlake", "sapphirerapids");
    private final MethodHandle sgemm;
    private final String path;

    /** @throws IllegalArgumentException if the library is not installed */
    OpenBlas(int threads) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = SymbolLookup.libraryLookup("libopenblas.so.0", Arena.global());
        ValueLayout.OfInt i = ValueLayout.JAVA_INT;
        ValueLayout.OfFloat f = ValueLayout.JAVA_FLOAT;
        sgemm = linker.downcallHandle(library.findOrThrow("cblas_sgemm"), FunctionDescriptor.ofVoid(i, i, i, i, i, i, f,
                ValueLayout.ADDRESS, i, ValueLayout.ADDRESS, i, f, ValueLayout.ADDRESS, i));
        MethodHandle setThreads = linker.downcallHandle(library.findOrThrow("openblas_set_num_threads"),
                FunctionDescriptor.ofVoid(i));
        try {
            setThreads.invokeExact(threads);
            MemorySegment name = (MemorySegment) linker
                    .downcallHandle(library.findOrThrow("openblas_get_corename"),
                            FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
            path = name.reinterpret(MOST_LETTERS).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() { return "OpenBLAS"; }

    /** Which of its code it runs on this processor, as it says itself. */
    String path() { return "kernels for " + path; }

    /** Whether that is code for a lesser processor than this one: builds that do not know a new processor take that of an old one. */
    boolean slow() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize() >= WIDEST && !WIDE.contains(path.toLowerCase(Locale.ROOT));
    }

    @Override
    public @Nullable Operation prepare(Workload workload) {
        return workload instanceof Workload.Multiply w && w.product().batch() == 1 ? product(w) : null;
    }

    private Operation product(Workload.Multiply w) {
        Product p = w.product();
        Arena arena = Arena.ofAuto();
        MemorySegment left = operand(arena, w.a());
        MemorySegment right = operand(arena, w.b());
        MemorySegment out = arena.allocate(4L * p.m() * p.n(), 64);
        return new Operation() {
            @Override
            public void run() {
                try {
                    sgemm.invokeExact(ROW_MAJOR, p.transposeA() ? TRANSPOSED : AS_IT_IS,
                            p.transposeB() ? TRANSPOSED : AS_IT_IS, p.m(), p.n(), p.k(), 1f, left,
                            p.transposeA() ? p.m() : p.k(), right, p.transposeB() ? p.k() : p.n(), 0f, out, p.n());
                } catch (Throwable e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public float[] result() { return out.toArray(ValueLayout.JAVA_FLOAT); }
        };
    }

    private static MemorySegment operand(Arena arena, float[] values) {
        return arena.allocate(4L * values.length, 64).copyFrom(MemorySegment.ofArray(values));
    }

    @Override
    public void close() {}
}
