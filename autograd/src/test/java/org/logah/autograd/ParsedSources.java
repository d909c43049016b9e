package org.logah.autograd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ReturnTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;

/**
 * Java files as the compiler parses them, without compiling them: so the sources of the GPU device can be read where the
 * libraries that it is compiled against are not installed.
 */
final class ParsedSources {
    /** The repository's folder, seen from this module's. */
    static final Path ROOT = Path.of("..");

    private final List<CompilationUnitTree> units = new ArrayList<>();
    private final DocTrees docs;

    private ParsedSources(JavacTask task) throws IOException {
        this.docs = DocTrees.instance(task);
        task.parse().forEach(units::add);
    }

    /** A file, or the files of one folder. */
    static ParsedSources of(Path path) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> files = Files.walk(ROOT.resolve(path), 1);
                StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> java = files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
            return new ParsedSources((JavacTask) compiler.getTask(null, manager, null, null, null,
                    manager.getJavaFileObjectsFromPaths(java)));
        }
    }

    /** The types that the files declare. */
    List<ClassTree> types() {
        return units.stream().flatMap(u -> u.getTypeDecls().stream()).filter(ClassTree.class::isInstance)
                .map(ClassTree.class::cast).toList();
    }

    /** The first sentence of a member's comment as Markdown; empty where it has none. */
    String firstSentence(Tree member) {
        for (CompilationUnitTree unit : units) {
            TreePath path = TreePath.getPath(unit, member);
            DocCommentTree comment = path == null ? null : docs.getDocCommentTree(path);
            if (comment != null)
                return comment.getFirstSentence().stream().map(ParsedSources::markdown).collect(Collectors.joining())
                        .replaceAll("\\s+", " ");
        }
        return "";
    }

    private static String markdown(DocTree part) {
        if (part instanceof LiteralTree code) return "`" + code.getBody().getBody() + "`";
        if (part instanceof LinkTree link) return "`" + link.getReference().getSignature().replaceFirst("^#", "") + "`";
        if (part instanceof ReturnTree value)
            return value.getDescription().stream().map(ParsedSources::markdown).collect(Collectors.joining());
        return part.toString();
    }
}
