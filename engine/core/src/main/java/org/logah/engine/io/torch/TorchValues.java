package org.logah.engine.io.torch;

import java.util.List;

import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.io.torch.Pickled.None;
import org.logah.engine.io.torch.Pickled.Tuple;
import org.logah.engine.io.torch.PickledNames.Callable;

/** Makes what PyTorch's own functions make of their arguments, as far as a file of tensors has them. */
final class TorchValues {
    /** The most axes that PyTorch allows. */
    private static final int MOST_AXES = 64;

    private TorchValues() {}

    static Object of(Callable callable, List<Object> arguments) {
        return switch (callable) {
            case TENSOR -> tensor(callable, arguments, 6);
            case FIRST_TENSOR -> tensor(callable, arguments, 4);
            case PARAMETER -> argument(callable, arguments, 0, TorchTensor.class);
            case SIZE -> argument(callable, arguments, 0, Tuple.class);
            case DEVICE -> arguments.size() == 1
                    ? argument(callable, arguments, 0, String.class)
                    : argument(callable, arguments, 0, String.class) + ":"
                            + argument(callable, arguments, 1, Long.class);
            default -> throw new IllegalArgumentException(callable + " makes no value");
        };
    }

    private static TorchTensor tensor(Callable callable, List<Object> arguments, int least) {
        if (arguments.size() < least)
            throw new TensorException("calls " + callable + " with " + arguments.size() + " arguments");
        TorchStorage storage = argument(callable, arguments, 0, TorchStorage.class);
        long[] sizes = numbers(callable, argument(callable, arguments, 2, Tuple.class));
        long[] strides = numbers(callable, argument(callable, arguments, 3, Tuple.class));
        int[] dims = new int[sizes.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = (int) sizes[i];
            if (dims[i] != sizes[i] || dims[i] < 0)
                throw new TensorException("has a tensor with an extent of " + sizes[i] + ", more than "
                        + Integer.MAX_VALUE + " or less than 0");
        }
        return new TorchTensor(storage, argument(callable, arguments, 1, Long.class), Shape.of(dims), strides);
    }

    private static long[] numbers(Callable callable, Tuple tuple) {
        int count = tuple.items().size();
        if (count > MOST_AXES) throw new TensorException("has a tensor of " + count + " axes");
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) numbers[i] = argument(callable, tuple.items(), i, Long.class);
        return numbers;
    }

    private static <T> T argument(Callable callable, List<Object> arguments, int i, Class<T> type) {
        if (i < arguments.size() && type.isInstance(arguments.get(i))) return type.cast(arguments.get(i));
        throw new TensorException("calls " + callable + " with " + (i < arguments.size()
                ? Unpickler.kind(arguments.get(i)) + " as argument " + (i + 1)
                : i + " arguments"));
    }

    /** What a reference to a storage says: {@code ('storage', class, key, place, elements)}, and in the older format no view. */
    static TorchStorage storage(Object id) {
        if (!(id instanceof Tuple(List<Object> parts)) || parts.size() < 5 || parts.size() > 6
                || !"storage".equals(parts.get(0)) || !(parts.get(1) instanceof DType type)
                || !(parts.get(2) instanceof String key) || !(parts.get(4) instanceof Long elements))
            throw new TensorException("refers to something outside of its pickle that is no storage");
        if (parts.size() == 6 && parts.get(5) != None.NONE)
            throw new TensorException(
                    "has a view of a storage, as PyTorch before 0.4 wrote it; save it with a later one");
        if (elements < 0 || elements > Long.MAX_VALUE / Long.BYTES)
            throw new TensorException("has a storage of " + elements + " elements");
        return new TorchStorage(key, type, elements);
    }
}
