package org.logah.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.logah.engine.Binary;
import org.logah.engine.Kernels;
import org.logah.engine.Unary;
import org.logah.engine.cpu.plain.PlainKernels;

/** What is declared once is known everywhere: an operation, a function or a kernel that was forgotten somewhere is named here. */
class OperationListTest {
    private static KernelCalls calls;
    private static GpuSources gpu;

    @BeforeAll
    static void read() throws IOException {
        calls = KernelCalls.ofAllCases();
        gpu = GpuSources.read();
    }

    /** Read from the class files, so that the list is not asked whether it is complete. */
    @Test
    void everyOperationIsDeclaredInTheTableAndHasACase()
            throws IOException, URISyntaxException, ReflectiveOperationException {
        Path classes = Path.of(Ops.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Set<Op<?>> covered = new HashSet<>();
        OpCases.all().forEach(c -> covered.add(c.op()));
        int found = 0;
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replaceAll("\\.class$", "").replace('/', '.');
                if (name.endsWith("package-info")) continue;
                for (Field field : Class.forName(name).getDeclaredFields()) {
                    if (field.getType() != Op.class || !Modifier.isStatic(field.getModifiers())) continue;
                    assertEquals(Ops.class, field.getDeclaringClass(), field + " is not in the table of operations");
                    Op<?> op = (Op<?>) field.get(null);
                    assertTrue(Ops.all().contains(op), field + " is not in Ops.all()");
                    assertTrue(covered.contains(op), field + " has no case in OpCases");
                    found++;
                }
            }
        }
        assertEquals(Ops.all().size(), found);
    }

    @Test
    void everyOperationSaysWhatItIs() {
        Set<String> names = new HashSet<>();
        for (Op<?> op : Ops.all()) {
            assertTrue(names.add(op.name()), "two operations named " + op);
            Op.Definition d = op.definition();
            for (String part : List.of(d.inputs(), d.result(), d.equation(), d.gradient()))
                assertFalse(part.isBlank(), op + " says not all of what it is: " + d);
        }
    }

    @Test
    void everyFunctionHasACaseAndACodeOnTheGpu() {
        for (Unary op : Unary.values()) assertKnown(op, op.code());
        for (Binary op : Binary.values()) assertKnown(op, op.code());
    }

    private static void assertKnown(Enum<?> function, int code) {
        assertTrue(calls.functions().contains(function), "no case computes " + function);
        assertEquals(code, gpu.code(function), "code of " + function + " in RealFunctions of the GPU's kernels");
    }

    @Test
    void everyKernelHasAPlainLoopAndOneOnTheGpu() {
        Set<String> plain = new HashSet<>();
        for (Method m : PlainKernels.class.getDeclaredMethods()) plain.add(m.getName());
        for (Method m : Kernels.class.getMethods()) {
            if (Set.of("name", "setup", "plainLoop").contains(m.getName())) continue;
            assertTrue(plain.contains(m.getName()), m.getName() + " has no plain loop");
            assertFalse(gpu.launches(m.getName()).isEmpty(), m.getName() + " has no kernel on the GPU");
        }
    }

    @Test
    void everyKernelOfTheGpuIsLaunched() {
        Set<GpuSources.Kernel> launched = new HashSet<>();
        for (Method m : Kernels.class.getMethods()) launched.addAll(gpu.launches(m.getName()));
        for (GpuSources.Kernel k : gpu.kernels())
            assertTrue(launched.contains(k), k.name() + " is launched by nothing");
        assertFalse(gpu.kernels().isEmpty());
    }
}
