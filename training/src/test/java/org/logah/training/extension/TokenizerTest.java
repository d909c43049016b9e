package org.logah.training.extension;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataKind;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.targets.TargetTrainer;

/** A tokenizer that only the tests know, used as the program's own are. */
class TokenizerTest {
    @TempDir
    Path folder;

    @Test
    void aModelLearnsItsTokens() throws IOException {
        Tokenizer letters = Tokenizers.named("letters");
        assertEquals(letters.kind(), Tokenizers.ofVocabulary(27).kind());
        Path text = Files.writeString(folder.resolve("alphabet.txt"), "Abcdefghijklmnopqrstuvwxyz. ".repeat(50));
        DataSplits data = DataSets.open(DataKind.TOKENS, text.toString(), DataRequest.of(letters));
        assertEquals(1024 + 2 * 28 * 50, Files.size(folder.resolve("alphabet.txt.letters.tokens")));
        TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=1,heads=2,width=16,vocabulary=27,positions=8");
        gpt.data().requireFit(data.format(8));
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            TargetTrainer trainer = new TargetTrainer(gpt,
                    gpt.initialized(device, Initialization.RANDOM, new RandomStream(1)),
                    data.training(8, 8, new RandomStream(2)), TargetTrainer.Config.of(Schedule.constant(1e-2)), device);
            for (int i = 0; i < 60; i++) trainer.step();
            double loss = trainer.validate(data.validation(8, 8, new RandomStream(3)), 4);
            assertTrue(loss < 0.5 * Math.log(27), "loss " + loss);
        }
    }
}
