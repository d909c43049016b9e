package org.logah.engine.io.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.logah.engine.DType;
import org.logah.engine.TensorException;
import org.logah.engine.io.torch.Pickled.Namespace;
import org.logah.engine.io.torch.Pickled.None;
import org.logah.engine.io.torch.Pickled.Tuple;
import org.logah.engine.io.torch.PickledNames.Callable;

/**
 * The machine that a pickle is a program for (Python's protocols 2 to 4), with the few instructions that a state dict takes. It makes
 * dicts, lists, texts, numbers and views of storages; it calls nothing, and every other instruction or name is a
 * {@link TensorException} that names it. What it makes is bounded by the pickle's length and {@link #MOST_STEPS}.
 */
final class Unpickler {
    /** The longest pickle; that of the largest checkpoints has some MB. */
    static final long MOST_BYTES = 16L << 20;
    /** The most instructions of one pickle, each of which makes one thing at most; a tensor takes about thirty. */
    private static final int MOST_STEPS = 1 << 21;
    private static final int LONGEST_NAME = 200;
    private final MemorySegment in;
    private final List<Object> stack = new ArrayList<>();
    /** Sizes of the stack where a mark was set. */
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();
    private long at;

    /**
     * @param in bytes that begin with a pickle; there may be more behind it
     */
    Unpickler(MemorySegment in) { this.in = in.asSlice(0, Math.min(in.byteSize(), MOST_BYTES)); }

    /** The bytes of the pickle, once it is loaded. */
    long length() { return at; }

    /** The storages that it refers to, by key. */
    Map<String, TorchStorage> storages() { return storages; }

    /**
     * Runs the pickle to its end.
     *
     * @return the value that it makes
     * @throws TensorException if it is no pickle, or one of something else than a state dict is made of
     */
    Object load() {
        for (int steps = 0; steps < MOST_STEPS; steps++) {
            int code = unsigned("an instruction");
            if (code == '.') {
                Object result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) throw new TensorException("its pickle leaves values behind");
                return result;
            }
            step(code);
        }
        throw new TensorException("its pickle has more than " + MOST_STEPS + " instructions");
    }

    private void step(int code) {
        switch (code) {
            case 0x80 -> protocol(unsigned("a protocol"));
            case 0x95 -> require(longNumber()); // a frame, which only says how much may be read at once
            case '(' -> marks.add(stack.size());
            case '}' -> push(new LinkedHashMap<>());
            case ']' -> push(new ArrayList<>());
            case ')' -> push(new Tuple(List.of()));
            case 't' -> push(new Tuple(toMark()));
            case 0x85 -> push(tuple(1));
            case 0x86 -> push(tuple(2));
            case 0x87 -> push(tuple(3));
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) (int) number(4));
            case 'K' -> push(number(1));
            case 'M' -> push(number(2));
            case 0x8a -> push(integer(unsigned("a length")));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(longNumber())));
            case 'X' -> push(text(number(4)));
            case 0x8c -> push(text(number(1)));
            case 0x8d -> push(text(longNumber()));
            case 'q' -> memo.put(number(1), top());
            case 'r' -> memo.put(number(4), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'h' -> get(number(1));
            case 'j' -> get(number(4));
            case 'c' -> push(PickledNames.lookUp(line(), line()));
            case 0x93 -> {
                String name = text(pop());
                push(PickledNames.lookUp(text(pop()), name));
            }
            case 'Q' -> push(storage(pop()));
            case 'R' -> {
                Tuple arguments = arguments();
                push(called(pop(), arguments));
            }
            case 0x81 -> {
                Tuple arguments = arguments();
                push(made(pop(), arguments));
            }
            case 'b' -> build(pop());
            case 's' -> {
                Object value = pop();
                Object key = pop();
                put(dict(top()), key, value);
            }
            case 'u' -> {
                List<Object> pairs = toMark();
                if (pairs.size() % 2 != 0) throw new TensorException("its pickle gives a key without a value");
                Map<Object, Object> dict = dict(top());
                for (int i = 0; i < pairs.size(); i += 2) put(dict, pairs.get(i), pairs.get(i + 1));
            }
            case 'a' -> {
                Object value = pop();
                list(top()).add(value);
            }
            case 'e' -> {
                List<Object> more = toMark();
                list(top()).addAll(more);
            }
            default ->
                throw new TensorException(String.format(Locale.ROOT,
                        "its pickle has the instruction 0x%02x at byte %d, which no state dict needs", code, at - 1));
        }
    }

    private static void protocol(int version) {
        if (version < 2 || version > 4)
            throw new TensorException("its pickle is of protocol " + version
                    + "; save it with the default of torch.save, or with pickle_protocol=2");
    }

    // Bytes

    private void require(long bytes) {
        if (bytes < 0 || bytes > in.byteSize() - at)
            throw new TensorException("its pickle ends in the middle, or is larger than " + (MOST_BYTES >> 20) + " MB");
    }

    private int unsigned(String what) {
        if (at == in.byteSize())
            throw new TensorException("its pickle ends where " + what + " should be, or is larger than "
                    + (MOST_BYTES >> 20) + " MB");
        return in.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
    }

    private long number(int bytes) {
        long n = 0;
        for (int i = 0; i < bytes; i++) n |= (long) unsigned("a number") << 8 * i;
        return n;
    }

    private long longNumber() { return number(Long.BYTES); }

    private Object integer(int bytes) {
        byte[] reversed = new byte[bytes];
        for (int i = bytes - 1; i >= 0; i--) reversed[i] = (byte) unsigned("a number");
        BigInteger n = bytes == 0 ? BigInteger.ZERO : new BigInteger(reversed);
        return n.bitLength() < Long.SIZE ? n.longValue() : n;
    }

    private String text(long bytes) {
        long from = at;
        require(bytes);
        at += bytes;
        ByteBuffer utf8 = in.asSlice(from, bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new TensorException("its pickle has a text at byte " + from + " that is no UTF-8", e);
        }
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int c = unsigned("a name"); c != '\n'; c = unsigned("a name")) {
            if (line.length() == LONGEST_NAME) throw new TensorException("its pickle has a name without an end");
            line.append((char) c);
        }
        return line.toString();
    }

    // The stack

    private void push(Object value) { stack.add(value); }

    private int bottom() { return marks.isEmpty() ? 0 : marks.getLast(); }

    private Object top() {
        if (stack.size() <= bottom()) throw new TensorException("its pickle takes a value where there is none");
        return stack.getLast();
    }

    private Object pop() {
        top();
        return stack.removeLast();
    }

    private List<Object> toMark() {
        if (marks.isEmpty()) throw new TensorException("its pickle takes values from a mark that was not set");
        List<Object> some = stack.subList(marks.removeLast(), stack.size());
        List<Object> taken = new ArrayList<>(some);
        some.clear();
        return taken;
    }

    private Tuple tuple(int items) {
        List<Object> some = new ArrayList<>();
        for (int i = 0; i < items; i++) some.addFirst(pop());
        return new Tuple(some);
    }

    private void get(long index) {
        Object value = memo.get(index);
        if (value == null) throw new TensorException("its pickle takes value " + index + " back, which it never kept");
        push(value);
    }

    // What values are

    private static String text(Object value) {
        if (value instanceof String text) return text;
        throw new TensorException("its pickle has " + kind(value) + " where a text should be");
    }

    private Tuple arguments() {
        Object value = pop();
        if (value instanceof Tuple tuple) return tuple;
        throw new TensorException("its pickle has " + kind(value) + " where arguments should be");
    }

    @SuppressWarnings("unchecked") // all maps are made here
    private static Map<Object, Object> dict(Object value) {
        if (value instanceof Map) return (Map<Object, Object>) value;
        throw new TensorException("its pickle has " + kind(value) + " where a dict should be");
    }

    @SuppressWarnings("unchecked") // all lists are made here
    private static List<Object> list(Object value) {
        if (value instanceof List) return (List<Object>) value;
        throw new TensorException("its pickle has " + kind(value) + " where a list should be");
    }

    static String kind(Object value) {
        return switch (value) {
            case Map<?, ?> _ -> "a dict";
            case List<?> _ -> "a list";
            case Tuple _ -> "a tuple";
            case String _ -> "a text";
            case Number _ -> "a number";
            case Boolean _ -> "a truth value";
            case None _ -> "None";
            case TorchTensor _ -> "a tensor";
            case TorchStorage _ -> "a storage";
            case Namespace _ -> "options";
            case DType _ -> "a class of storages";
            default -> value.toString();
        };
    }

    /** Keys are what Python's own dicts of weights have: names, and numbers of parameters in an optimizer's state. */
    private static void put(Map<Object, Object> dict, Object key, Object value) {
        if (!(key instanceof String || key instanceof Long))
            throw new TensorException("its pickle has a dict with " + kind(key) + " as a key");
        dict.put(key, value);
    }

    // What instructions make

    private Object called(Object what, Tuple arguments) {
        if (!(what instanceof Callable callable)) throw new TensorException("its pickle calls " + kind(what));
        return switch (callable) {
            case ORDERED_DICT -> {
                if (!arguments.items().isEmpty())
                    throw new TensorException("its pickle fills a dict as Python 2 does; save it with Python 3");
                yield new LinkedHashMap<>();
            }
            case TENSOR, FIRST_TENSOR, PARAMETER, SIZE, DEVICE -> TorchValues.of(callable, arguments.items());
            case NAMESPACE -> throw new TensorException("its pickle calls " + callable);
        };
    }

    private static Object made(Object what, Tuple arguments) {
        if (what == Callable.NAMESPACE && arguments.items().isEmpty()) return new Namespace();
        throw new TensorException("its pickle makes a new object of " + kind(what));
    }

    /** Attributes of a dict say which versions its modules have; nothing depends on them. */
    private void build(Object state) {
        Map<Object, Object> attributes = dict(state);
        Object built = top();
        if (built instanceof Namespace options) options.options.putAll(attributes);
        else dict(built);
    }

    private TorchStorage storage(Object id) {
        TorchStorage storage = TorchValues.storage(id);
        TorchStorage known = storages.putIfAbsent(storage.key(), storage);
        if (known != null && !known.equals(storage))
            throw new TensorException("its pickle says that storage '" + storage.key() + "' is of " + known.elements()
                    + " " + known.type() + " and of " + storage.elements() + " " + storage.type());
        return storage;
    }
}
