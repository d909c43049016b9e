package org.logah.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** Intel's library of products, which PyTorch's builds have inside. */
final class MathKernelLibrary {
    /** Three numbers of a version, padding, and texts, of which the third is the processor's. */
    private static final long PROCESSOR = 4 * Integer.BYTES + 2 * Long.BYTES;
    private static final long SIZE = 4 * Integer.BYTES + 4 * Long.BYTES;
    private static final long MOST_LETTERS = 256;

    private MathKernelLibrary() {}

    /** {@return the processor that it has its code for, in its own words; null where it was not loaded} */
    static @Nullable String processor() {
        Optional<MemorySegment> version = SymbolLookup.loaderLookup().find("mkl_serv_get_version");
        if (version.isEmpty()) return null;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(SIZE, Long.BYTES);
            Linker.nativeLinker().downcallHandle(version.get(), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS))
                    .invokeExact(answer);
            return answer.get(ValueLayout.ADDRESS, PROCESSOR).reinterpret(MOST_LETTERS).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
