package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.training.data.text.GrammarDataSet;
import org.logah.training.experiment.ComparisonConfig;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.UnseenTarget;
import org.logah.training.meta.MetaTrainingRecipe;

class DiskNeedTest {
    /** Of weights, in a state. */
    private static final long BYTES = 12;
    @TempDir
    Path folder;
    private Path state = Path.of("");
    private long free;

    @BeforeEach
    void ask() throws IOException {
        state = folder.resolve("o.safetensors");
        free = Files.getFileStore(folder).getUsableSpace();
    }

    private void require(long parameters, boolean average, Checkpoints kept) throws IOException {
        DiskNeed need = new DiskNeed();
        need.add(state, parameters, average, kept);
        need.require();
    }

    private void refuses(long parameters, boolean average, Checkpoints kept) {
        String message = assertThrows(FileFormatException.class, () -> require(parameters, average, kept)).getMessage();
        assertTrue(message.matches(
                ".*o\\.safetensors: needs up to [\\d.]+ \\w+ for what is saved, its disk has [\\d.]+ \\w+ free; "
                        + "make room, or choose another place"),
                message);
    }

    /** The state, and one that is written beside it. */
    @Test
    void twoStatesHaveToFit() throws IOException {
        require(free / 10 / BYTES * 4, false, Checkpoints.NONE);
        refuses(free / 10 / BYTES * 6, false, Checkpoints.NONE);
        refuses(free / 10 / BYTES * 4, true, Checkpoints.NONE);
    }

    @Test
    void whatIsKeptBesideCounts() throws IOException {
        long parameters = free / 10 / BYTES * 3;
        require(parameters, false, Checkpoints.NONE);
        refuses(parameters, false, new Checkpoints(2, false, null));
        long fewer = free / 10 / BYTES * 4;
        refuses(fewer, false, new Checkpoints(0, true, folder.resolve("w.safetensors")));
        DiskNeed several = new DiskNeed();
        for (String name : new String[]{"a", "b", "c"})
            several.add(folder.resolve(name), parameters, false, Checkpoints.NONE);
        assertThrows(FileFormatException.class, several::require);
    }

    /** A file that takes no room itself, as it is nothing but a hole, stands for one that will be replaced. */
    @Test
    void whatIsReplacedNeedsNoRoom() throws IOException {
        long parameters = free / 10 / BYTES * 6;
        refuses(parameters, false, Checkpoints.NONE);
        try (RandomAccessFile hole = new RandomAccessFile(state.toFile(), "rw")) {
            hole.setLength(parameters * BYTES);
        }
        require(parameters, false, Checkpoints.NONE);
    }

    /** A folder that has all of it goes on to its report on a full disk, too. */
    @Test
    void hypernetworksThatAreDoneNeedNoRoom() throws IOException {
        assertFalse(need(3).isNone());
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            comparison(3, device).parameters();
        }
        assertTrue(need(3).isNone());
        assertFalse(need(4).isNone(), "a step is left to do");
        Files.write(folder.resolve("ghn-cosine-mini-1.safetensors"), new byte[5]);
        assertFalse(need(3).isNone(), "a cut one is refused where it is read, not here");
        assertTrue(need(0).isNone(), "nothing is trained, and nothing saved");
    }

    private DiskNeed need(int metaSteps) throws IOException {
        DiskNeed need = new DiskNeed();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            comparison(metaSteps, device).addTo(need);
        }
        return need;
    }

    private StartComparison comparison(int metaSteps, CpuDevice device) {
        ComparisonConfig config = new ComparisonConfig(new MetaTrainingRecipe(metaSteps, 1, 1, 16, 1e-2, 0, 1), "small",
                List.of("cosine-mini"), List.of(), new UnseenTarget.Sized(2, 16), 1, List.of(1e-3));
        return new StartComparison(config, GrammarDataSet.text(), device, new StartComparison.Listener() {
        }, folder);
    }

    @Test
    void hugeCountsDoNotOverflow() {
        refuses(Long.MAX_VALUE, true, new Checkpoints(Integer.MAX_VALUE, true, folder.resolve("w")));
    }
}
