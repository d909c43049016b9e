package org.logah.autograd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.logah.engine.Kernels;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;

/**
 * What the sources of the GPU device say: its kernels, which of them each method of {@link Kernels} launches, and the codes of
 * functions that its kernels know. Calls are
 * followed through the device's classes by name and number of arguments.
 */
final class GpuSources {
    private static final Path FOLDER = Path.of("engine/tornado/src/main/java/org/logah/tornado");
    private static final String CATALOGUE = "KernelCatalog";

    /** A constant of the catalogue: the kernel's name, and whether it takes tensor cores. */
    record Kernel(String name, boolean onTensorCores) {}

    private final Map<String, Kernel> kernels = new LinkedHashMap<>();
    private final Map<String, Integer> codes = new HashMap<>();
    private final Map<String, Set<Kernel>> launches = new HashMap<>();
    private final Map<String, Set<String>> called = new HashMap<>();
    private final Map<String, Set<Kernel>> used = new HashMap<>();

    private GpuSources() {}

    static GpuSources read() throws IOException {
        GpuSources sources = new GpuSources();
        List<ClassTree> types = ParsedSources.of(FOLDER).types();
        for (ClassTree type : types) if (type.getSimpleName().contentEquals(CATALOGUE)) sources.readCatalogue(type);
        for (ClassTree type : types)
            for (Tree member : type.getMembers())
                if (member instanceof MethodTree method) sources.readMethod(method);
        for (ClassTree type : types) {
            if (type.getImplementsClause().stream().anyMatch(t -> t.toString().equals(Kernels.class.getSimpleName())))
                sources.follow(type);
        }
        for (ClassTree type : ParsedSources.of(FOLDER.resolve("kernel/RealFunctions.java")).types())
            for (Tree member : type.getMembers())
                if (member instanceof VariableTree v && v.getInitializer() instanceof LiteralTree l
                        && l.getValue() instanceof Integer code)
                    sources.codes.put(v.getName().toString(), code);
        return sources;
    }

    /** Every kernel of the catalogue. */
    List<Kernel> kernels() { return List.copyOf(kernels.values()); }

    /** What a method of {@link Kernels} may launch; empty where the device does not have it. */
    Set<Kernel> launches(String method) {
        return launches.getOrDefault(method, Set.of());
    }

    /** The code that the kernels have for a function, or null. */
    Integer code(Enum<?> function) {
        return codes.get(function.name());
    }

    private void readCatalogue(ClassTree catalogue) {
        for (Tree member : catalogue.getMembers()) {
            if (!(member instanceof VariableTree v) || !v.getType().toString().equals("GpuKernel")) continue;
            MethodInvocationTree made = (MethodInvocationTree) v.getInitializer();
            MemberReferenceTree code = (MemberReferenceTree) made.getArguments().getFirst();
            kernels.put(v.getName().toString(), new Kernel(code.getName().toString(),
                    made.getMethodSelect().toString().endsWith("tensorCores")));
        }
    }

    private static String name(MethodTree method) { return method.getName() + "/" + method.getParameters().size(); }

    private void readMethod(MethodTree method) {
        String name = name(method);
        Set<String> calls = called.computeIfAbsent(name, _ -> new LinkedHashSet<>());
        Set<Kernel> uses = used.computeIfAbsent(name, _ -> new LinkedHashSet<>());
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
                Tree target = call.getMethodSelect();
                calls.add((target instanceof MemberSelectTree m ? m.getIdentifier() : target) + "/"
                        + call.getArguments().size());
                return super.visitMethodInvocation(call, unused);
            }

            @Override
            public Void visitMemberSelect(MemberSelectTree select, Void unused) {
                if (select.getExpression().toString().equals(CATALOGUE)) use(select.getIdentifier().toString());
                return super.visitMemberSelect(select, unused);
            }

            @Override
            public Void visitIdentifier(IdentifierTree identifier, Void unused) {
                use(identifier.getName().toString());
                return null;
            }

            private void use(String constant) { if (kernels.containsKey(constant)) uses.add(kernels.get(constant)); }
        }.scan(method.getBody(), null);
    }

    /** From each of the device's operations along the calls. */
    private void follow(ClassTree operations) {
        for (Tree member : operations.getMembers()) {
            if (!(member instanceof MethodTree method)) continue;
            Set<String> seen = new HashSet<>(Set.of(name(method)));
            Deque<String> open = new ArrayDeque<>(seen);
            Set<Kernel> found = launches.computeIfAbsent(method.getName().toString(), _ -> new LinkedHashSet<>());
            while (!open.isEmpty()) {
                String at = open.removeFirst();
                found.addAll(used.getOrDefault(at, Set.of()));
                for (String next : called.getOrDefault(at, Set.of()))
                    if (called.containsKey(next) && seen.add(next)) open.add(next);
            }
        }
    }
}
