package org.logah.autograd;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.logah.autograd.GpuSources.Kernel;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Unary;
import org.logah.engine.cpu.loop.LoopKernels;
import org.logah.engine.cpu.vector.VectorKernels;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;

/** Writes {@code docs/ops.md} from the code: what each operation computes, and what computes it. */
final class OperationsPage {
    /** Where it is kept. */
    static final Path FILE = ParsedSources.ROOT.resolve("docs/ops.md");
    /** What writes it anew. */
    static final String COMMAND = "mvn -q -pl autograd -am test -Dtest=OperationsPageTest "
            + "-Dsurefire.failIfNoSpecifiedTests=false -Dpage=write";

    private final KernelCalls calls;
    private final GpuSources gpu;
    private final Map<String, String> definitions = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();

    private OperationsPage(KernelCalls calls, GpuSources gpu) throws IOException {
        this.calls = calls;
        this.gpu = gpu;
        ParsedSources source = ParsedSources.of(Path.of("engine/core/src/main/java/org/logah/engine/Kernels.java"));
        for (ClassTree type : source.types())
            for (Tree member : type.getMembers())
                if (member instanceof MethodTree m)
                    definitions.putIfAbsent(m.getName().toString(), source.firstSentence(m));
        definitions.remove("name");
    }

    static String write() throws IOException {
        OperationsPage page = new OperationsPage(KernelCalls.ofAllCases(), GpuSources.read());
        page.operations();
        page.functions();
        page.kernels();
        page.others();
        page.tests();
        return page.text.toString();
    }

    private void operations() {
        text.append(
                """
                        # Operations

                        This page is written from the code, and a test fails where it differs from it: definitions come from the rows of
                        `Ops`, kernels from running every case of `OpCases`, those of the GPU from its sources.

                            %s

                        writes it anew.

                        ## What they compute

                        `y` is an operation's result and `dy` the gradient of the loss with respect to it; `dx` is that of the input `x`.
                        Products are elementwise, but for those of `product` and of the matrices `Q, K, V, P` and `S` of `attention`.

                        """
                        .formatted(COMMAND));
        table("Operation", "Inputs", "Result", "Equation", "Gradient");
        for (Op<?> op : Ops.all()) {
            Op.Definition d = op.definition();
            row(code(op.name()), d.inputs(), d.result(), d.equation(), d.gradient());
        }
    }

    private void functions() {
        text.append(
                "\n## Functions of `unary` and `binary`\n\nThe code tells a GPU's kernels which function is meant.\n\n");
        table("Function", "Code", "Value", "Slope");
        for (Unary op : Unary.values())
            row(code(op.name()), "" + op.code(), op.formula(), op.derivativeFormula());
        for (Binary op : Binary.values()) row(code(op.name()), "" + op.code(), op.formula(), op.derivativeFormulas());
    }

    private void kernels() {
        text.append(
                """

                        ## What computes them

                        Every kernel has a plain loop that sums in double: the definition. Brackets name the faster kinds (`loops`, `vector`)
                        that have one of their own; the others use the plain loop. Names of GPU kernels are those of `./logah kernel NAME`; a
                        star marks those that take tensor cores.

                        """);
        table("Operation", "Kernels of the value", "Kernels of the gradient", "GPU kernels", "Cases");
        for (Op<?> op : Ops.all()) {
            Set<String> both = new LinkedHashSet<>(calls.forward(op));
            both.addAll(calls.gradient(op));
            row(code(op.name()), onCpu(calls.forward(op)), onCpu(calls.gradient(op)), onGpu(both),
                    OpCases.all().stream().filter(c -> c.op() == op).map(OpCases.Case::name)
                            .collect(Collectors.joining("; ")));
        }
    }

    /** Kernels that compute no operation's value, and no gradient of one operation alone. */
    private void others() {
        text.append("""

                ## Kernels that belong to no operation

                No operation's value needs them, nor the gradient of one operation alone.

                """);
        table("Kernel", "What it does", "On the CPU", "GPU kernels");
        for (Map.Entry<String, String> kernel : definitions.entrySet()) {
            String name = kernel.getKey();
            boolean value = Ops.all().stream().anyMatch(op -> calls.forward(op).contains(name));
            long gradients = Ops.all().stream().filter(op -> calls.gradient(op).contains(name)).count();
            if (!value && gradients != 1)
                row(code(name), kernel.getValue(), onCpu(Set.of(name)), onGpu(Set.of(name)));
        }
    }

    private void tests() { text
            .append("""

                    ## How they are tested

                    A case draws inputs of random shapes from a seed, which a failure names, and calls the operation. `OpTest` checks each
                    case on the CPU: the gradient agrees with differences of the value; `loops` and `vector` give the plain values and
                    gradients, and the same bits on one thread and on two; the meta device knows the shapes; inputs stay as they were.
                    `ConformanceTest` compares each case on a GPU with the plain loops. Kernels alone, at sizes around the width of a
                    vector or a tile, are compared by `KernelComparisonTest` and `ProductComparisonTest` on the CPU and by `KernelTest`
                    on a GPU. `OperationListTest` fails where an operation has no case, a function no code, or a kernel no plain loop or
                    none on the GPU.
                    """); }

    private static String onCpu(Set<String> kernels) {
        return kernels.stream().map(name -> {
            String kinds = Stream.of(LoopKernels.class, VectorKernels.class).filter(k -> has(k, name))
                    .map(k -> k == LoopKernels.class ? "loops" : "vector").collect(Collectors.joining(", "));
            return code(name) + (kinds.isEmpty() ? "" : " (" + kinds + ")");
        }).collect(Collectors.joining(", "));
    }

    private static boolean has(Class<? extends Kernels> kind, String name) {
        return Arrays.stream(kind.getDeclaredMethods()).map(Method::getName).anyMatch(name::equals);
    }

    private String onGpu(Set<String> kernels) {
        return kernels.stream().flatMap(name -> gpu.launches(name).stream()).distinct()
                .map((Kernel k) -> code(k.name()) + (k.onTensorCores() ? " (tensor cores)" : ""))
                .collect(Collectors.joining(", "));
    }

    private static String code(String name) { return "`" + name + "`"; }

    private void table(String... heads) {
        row(heads);
        text.append("|---".repeat(heads.length)).append("|\n");
    }

    private void row(String... cells) {
        text.append(
                Arrays.stream(cells).map(c -> c.isEmpty() ? "none" : c).collect(Collectors.joining(" | ", "| ", " |")))
                .append('\n');
    }
}
