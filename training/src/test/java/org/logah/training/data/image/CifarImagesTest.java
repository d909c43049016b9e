package org.logah.training.data.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.Digests;

class CifarImagesTest {
    private static final int RECORD = 1 + 3 * 32 * 32;
    @TempDir
    Path folder;

    /** A training that was begun with an earlier version goes on with the same batches: these digests are that version's. */
    @Test
    void batchesAreTheSameBitsAsEver() throws IOException {
        byte[] records = new byte[5 * RECORD];
        RandomStream random = new RandomStream(11);
        for (int i = 0; i < records.length; i++) records[i] = (byte) random.nextInt(256);
        for (int i = 0; i < 5; i++) records[i * RECORD] = (byte) (2 * i);
        Files.write(folder.resolve("data_batch_1.bin"), records);
        CifarImages images = CifarImages.read(folder, true);
        assertEquals("ba2c09f2b296a6688bed28ad11caf826f954ece5e5c955d4871f431ba718c6ae",
                digest(images.batches(4, true, new RandomStream(3))));
        assertEquals("ac496319244e7285fdc641d4fa6bc50001d3ed3b554ec3145645b41f49aa84e6",
                digest(images.batches(4, false, new RandomStream(3))));
    }

    private static String digest(BatchSource batches) {
        ByteBuffer content = ByteBuffer.allocate(1 << 18);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            for (int number : new int[]{0, 7}) {
                Batch batch = batches.batch(number, device);
                for (float p : batch.input().toFloats()) content.putFloat(p);
                for (int label : batch.targets().toInts()) content.putInt(label);
            }
        }
        return Digests.sha256(List.of(content.array()));
    }
}
