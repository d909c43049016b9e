package org.logah.autograd;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.logah.engine.Binary;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.MemoryPool;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/** Which kernels each operation calls, found by running its cases with kernels that write down who was called. */
final class KernelCalls {
    private static final int DRAWS = 4;
    private final Map<Op<?>, Set<String>> forward = new LinkedHashMap<>();
    private final Map<Op<?>, Set<String>> gradient = new LinkedHashMap<>();
    private final Set<Enum<?>> functions = new LinkedHashSet<>();
    private Set<String> current = new LinkedHashSet<>();

    /** Runs every case, forward and backward, a few times. */
    static KernelCalls ofAllCases() {
        KernelCalls calls = new KernelCalls();
        for (Op<?> op : Ops.all()) {
            calls.forward.put(op, new LinkedHashSet<>());
            calls.gradient.put(op, new LinkedHashSet<>());
        }
        try (CpuDevice cpu = new CpuDevice(1, KernelChoice.PLAIN)) {
            for (OpCases.Case c : OpCases.all()) for (int seed = 0; seed < DRAWS; seed++) calls.run(c, seed, cpu);
        }
        return calls;
    }

    /** The kernels that compute an operation's value. */
    Set<String> forward(Op<?> op) { return forward.get(op); }

    /** The kernels that compute its gradient. */
    Set<String> gradient(Op<?> op) { return gradient.get(op); }

    /** The functions of one and two arguments that kernels were asked for. */
    Set<Enum<?>> functions() {
        return functions;
    }

    private void run(OpCases.Case c, int seed, CpuDevice cpu) {
        OpCases.Drawn drawn = c.draw().apply(cpu, new RandomStream(seed).split(c.name()));
        try (Tape tape = new Tape(new Recording(cpu))) {
            Variable[] in = new Variable[drawn.inputs().length];
            for (int i = 0; i < in.length; i++) in[i] = tape.input("in", drawn.inputs()[i]);
            drawn.call().apply(new Functions(tape), in);
            for (Tape.Node<?> node : tape.nodes()) if (node.op() == c.op()) record(tape, node, cpu);
        }
    }

    /** Once more, alone: what the operation calls, and not what the case or the adding up of gradients needs around it. */
    private <A> void record(Tape tape, Tape.Node<A> node, CpuDevice cpu) {
        Tensor[] in = new Tensor[node.inputs().length];
        Variable[] inputs = new Variable[in.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = node.inputs()[i].value();
            inputs[i] = tape.input("in", in[i]);
        }
        current = forward.get(node.op());
        node.op().forward().run(tape.device().kernels(), node.attributes(), in, node.outputs());
        current = gradient.get(node.op());
        Tape.Node<A> alone = new Tape.Node<>(node.op(), node.attributes(), inputs, node.outputs(), node.result());
        new Pullback<>(tape, alone, cpu.zeros(node.result().shape())).run();
        current = new LinkedHashSet<>();
    }

    private Object call(Kernels target, Method method, Object[] arguments) throws Throwable {
        if (!method.getName().equals("name")) current.add(method.getName());
        if (arguments != null && (arguments[0] instanceof Unary || arguments[0] instanceof Binary))
            functions.add((Enum<?>) arguments[0]);
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** A CPU device whose kernels write down that they were called. */
    private final class Recording implements Device {
        private final CpuDevice cpu;
        private final Kernels kernels;

        Recording(CpuDevice cpu) {
            this.cpu = cpu;
            this.kernels = (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(),
                    new Class<?>[]{Kernels.class}, (_, method, arguments) -> call(cpu.kernels(), method, arguments));
        }

        @Override
        public String name() { return "recording"; }

        @Override
        public Kernels kernels() { return kernels; }

        @Override
        public MemoryPool pool() { return cpu.pool(); }
    }
}
