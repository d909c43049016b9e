package org.logah.bench.peers;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;

/**
 * A function written in TorchScript, so that PyTorch runs its own operators and its own autograd as a PyTorch program would,
 * none of them re-made from this side. The archive that PyTorch loads is a zip of the source and three tiny pickles.
 */
final class TorchScript implements AutoCloseable {
    /** Operators of this format version know their newest arguments. */
    private static final String VERSION = "10\n";
    private final PtSymbolBlock block;

    /** @param methods methods of a class {@code Peer}, {@code forward} among them, indented by two blanks */
    TorchScript(NDManager manager, String methods) {
        String source = "class Peer(Module):\n  __parameters__ = []\n  __buffers__ = []\n" + methods;
        try {
            block = JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive(source)), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A function that returns one expression. */
    static TorchScript of(NDManager manager, String arguments, String expression, boolean gradients) {
        return new TorchScript(manager, """
                  def forward(self: __torch__.Peer, %s) -> Tensor:
                    torch.set_grad_enabled(%s)
                    return %s
                """.formatted(arguments, gradients ? "True" : "False", expression));
    }

    /** Runs {@code forward}; arrays named {@code x[]} alike become one list. */
    NDArray run(NDList in) {
        return IValueUtils.forward(block, in, true).singletonOrThrow();
    }

    private static byte[] archive(String source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            // An instance without attributes: the class' name, no arguments, an empty state.
            put(zip, "data.pkl", "\u0080\u0002c__torch__\nPeer\n)\u0081}b.".getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            put(zip, "constants.pkl", "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "version", VERSION.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** PyTorch reads entries that are not compressed. */
    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("peer/" + name);
        CRC32 sum = new CRC32();
        sum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    @Override
    public void close() { block.close(); }
}
