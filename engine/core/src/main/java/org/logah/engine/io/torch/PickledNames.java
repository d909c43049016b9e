package org.logah.engine.io.torch;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.TensorException;

/** The names of Python's that a pickle may mention, and what each stands for. */
final class PickledNames {
    private static final Set<String> MODULES_OF_STORAGES = Set.of("torch", "torch.cuda");
    private static final Map<String, DType> STORAGES = Map.of("FloatStorage", DType.F32, "HalfStorage", DType.F16,
            "BFloat16Storage", DType.BF16, "DoubleStorage", DType.F64, "LongStorage", DType.I64, "IntStorage",
            DType.I32, "ShortStorage", DType.I16, "CharStorage", DType.I8, "ByteStorage", DType.U8, "BoolStorage",
            DType.BOOL);
    private static final Set<String> TYPES = Set.of("float16", "float32", "float64", "bfloat16", "int8", "int16",
            "int32", "int64", "uint8", "bool");
    private static final Map<String, Callable> CALLABLES = callables();

    /** What may be called with arguments, or made anew. */
    enum Callable {
        /** A dict that keeps its order. */
        ORDERED_DICT("collections.OrderedDict"),
        /** A view of a storage: storage, offset, size, stride, and more that says nothing of the numbers. */
        TENSOR("torch._utils._rebuild_tensor_v2"),
        /** The same as the first versions wrote it. */
        FIRST_TENSOR("torch._utils._rebuild_tensor"),
        /** A tensor that is trained. */
        PARAMETER("torch._utils._rebuild_parameter"),
        /** A shape. */
        SIZE("torch.Size"),
        /** Where a tensor was. */
        DEVICE("torch.device"),
        /** Options of a command line. */
        NAMESPACE("argparse.Namespace");

        private final String name;

        Callable(String name) { this.name = name; }

        @Override
        public String toString() { return name; }
    }

    private PickledNames() {}

    private static Map<String, Callable> callables() {
        Map<String, Callable> all = new TreeMap<>();
        for (Callable c : Callable.values()) all.put(c.toString(), c);
        return all;
    }

    /**
     * What a name stands for: a {@link Callable}, the {@link DType} of a class of storages, or the name of a type as a text.
     *
     * @throws TensorException if it is none of those, naming it
     */
    static Object lookUp(String module, String name) {
        Callable callable = CALLABLES.get(module + "." + name);
        if (callable != null) return callable;
        DType storage = storage(module, name);
        if (storage != null) return storage;
        if (module.equals("torch") && TYPES.contains(name)) return "torch." + name;
        throw new TensorException("asks Python for '" + module + "." + name
                + "', which no state dict needs; nothing in a file is ever run: save the state dict alone, with "
                + "torch.save(model.state_dict(), ...)");
    }

    private static @Nullable DType storage(String module, String name) {
        return MODULES_OF_STORAGES.contains(module) ? STORAGES.get(name) : null;
    }
}
