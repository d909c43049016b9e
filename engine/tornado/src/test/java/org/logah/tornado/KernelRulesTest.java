package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.logah.engine.DType;
import org.logah.tornado.kernel.Elementwise;

import uk.ac.manchester.tornado.api.annotations.Reduce;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What TornadoVM compiles to something else without a word is not in the kernels: unsigned shifts (of a negative int they come
 * out signed), conversions between numbers and their bits and of half floats, {@code @Reduce} (wrong sums), exceptions; and
 * local arrays handed to another method, which are then indexed in bytes, beyond their end.
 */
class KernelRulesTest {
    private static final Set<String> CONVERSIONS = Set.of("float16ToFloat", "floatToFloat16", "intBitsToFloat",
            "floatToRawIntBits", "floatToIntBits");

    private static List<String> violations(byte[] bytes) {
        List<String> found = new ArrayList<>();
        ClassModel model = ClassFile.of().parse(bytes);
        for (var entry : model.constantPool()) {
            if (entry instanceof Utf8Entry text && text.stringValue().contains("annotations/Reduce;"))
                found.add("@Reduce");
        }
        for (MethodModel method : model.methods()) {
            String name = method.methodName().stringValue();
            if (method.methodTypeSymbol().parameterList().stream().anyMatch(t -> t.isArray()))
                found.add(name + " takes an array");
            method.code().ifPresent(code -> {
                for (CodeElement e : code) check(name, e, found);
            });
        }
        return found;
    }

    private static void check(String method, CodeElement e, List<String> found) {
        if (e instanceof OperatorInstruction o && (o.opcode() == Opcode.IUSHR || o.opcode() == Opcode.LUSHR))
            found.add(method + " shifts with >>>");
        if (e instanceof ThrowInstruction) found.add(method + " throws");
        if (e instanceof InvokeInstruction i && CONVERSIONS.contains(i.name().stringValue()))
            found.add(method + " calls " + i.name().stringValue());
    }

    @Test
    void kernelsKeepTheRules() throws IOException, URISyntaxException {
        Path folder = Path.of(Elementwise.class.getResource("Elementwise.class").toURI()).getParent();
        Set<String> read = new HashSet<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path p : all.filter(p -> p.toString().endsWith(".class")).toList()) {
                assertEquals(List.of(), violations(Files.readAllBytes(p)), p.getFileName().toString());
                read.add(ClassFile.of().parse(Files.readAllBytes(p)).thisClass().asInternalName());
            }
        }
        for (GpuKernel k : KernelCatalog.declared())
            assertTrue(read.contains(k.home()), k + " is in " + k.home() + ", beside the other kernels' folder");
    }

    @Test
    void kernelsHaveNamesOfTheirOwnAndSourcesToShow() {
        Set<String> names = new HashSet<>();
        for (GpuKernel k : KernelCatalog.declared()) {
            assertTrue(names.add(k.name()), "two kernels named " + k);
            assertTrue(KernelTranslator.written(k).contains(" " + k.name() + "(KernelContext c, "), k.name());
        }
        assertTrue(names.containsAll(Set.of("fill", "attention", "productBf16")), names.toString());
    }

    @Test
    void onlyDevicesWithTensorCoresGetTheirKernels() {
        assertFalse(KernelCatalog.all().stream().anyMatch(GpuKernel::onTensorCores));
        assertEquals(KernelCatalog.declared().size(), new HashSet<>(Stream.of(DType.F32, DType.BF16, DType.F16)
                .flatMap(t -> KernelCatalog.all(t).stream()).toList()).size(), "a kernel is in no catalogue");
    }

    @Test
    void whatBreaksARuleIsFound() throws IOException {
        try (var in = KernelRulesTest.class.getResourceAsStream("KernelRulesTest$Broken.class")) {
            assertEquals(List.of("@Reduce", "helper takes an array", "kernel shifts with >>>",
                    "kernel calls float16ToFloat", "kernel throws"), violations(in.readAllBytes()));
        }
    }

    @SuppressWarnings("unused")
    private static final class Broken {
        private static float helper(float[] local, @Reduce FloatArray sums) { return local[0]; }

        private static float kernel(int n) {
            if (n >>> 3 == 0) return Float.float16ToFloat((short) n);
            throw new IllegalStateException();
        }
    }
}
