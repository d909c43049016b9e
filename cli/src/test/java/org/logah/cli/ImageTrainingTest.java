package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

import org.junit.jupiter.api.Test;

/** Trainings of image classifiers, as a user types them. */
class ImageTrainingTest extends CommandLineTest {
    private static final String VIT = "vit:layers=1,heads=2,width=16,patch=8,image=24,classes=10";
    private static final String[] TRAIN = train(4, 3);

    private static String[] train(int batch, int steps) {
        return new String[]{"train", "--model", VIT, "--eval-every", "2", "--batch", "" + batch, "--steps", "" + steps};
    }

    @Test
    void accuracyIsToldBesideTheLoss() throws IOException {
        Outcome o = works(with(TRAIN, "--out", "@/v.safetensors", "--metrics", "@/m.csv"));
        assertTrue(o.out().matches("(?s).*3 steps from random, validation loss \\d\\.\\d{4}, accuracy 0\\.\\d{4}\\s"),
                o.out());
        List<String> rows = Files.readAllLines(folder.resolve("m.csv"));
        assertEquals("step,loss,validation,accuracy,gradient_norm,learning_rate,per_second", rows.getFirst());
        assertTrue(rows.get(1).matches("0,[^,]+,[^,]+,0\\.\\d+,.*"), rows.get(1));
        assertTrue(rows.get(2).matches("1,[^,]+,,,.*"), rows.get(2));
        String[] text = {"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "1", "--out",
                "@/t.safetensors", "--metrics", "@/t.csv"};
        assertTrue(!works(text).out().contains("accuracy"));
        assertEquals("step,loss,validation,gradient_norm,learning_rate,per_second",
                Files.readAllLines(folder.resolve("t.csv")).getFirst());
    }

    @Test
    void mixedImagesAndSmoothedLabelsGoOnToTheSameNumbers() throws IOException {
        String[] mixed = with(TRAIN, "--mixup", "0.2", "--label-smoothing", "0.1");
        works(with(TRAIN, "--out", "@/plain.safetensors"));
        works(with(mixed, "--out", "@/whole.safetensors"));
        works(with(train(4, 1), "--mixup", "0.2", "--label-smoothing", "0.1", "--out", "@/part.safetensors"));
        works(with(mixed, "--out", "@/part.safetensors", "--resume"));
        assertEquals(-1, Files.mismatch(folder.resolve("whole.safetensors"), folder.resolve("part.safetensors")));
        assertNotEquals(values("plain.safetensors", "heads.head.weight")[0],
                values("whole.safetensors", "heads.head.weight")[0]);
        fails(1, "is of a run with another mixup, 0.2 instead of 0.0", with(TRAIN, "--label-smoothing", "0.1", "--out",
                "@/whole.safetensors", "--resume"));
    }

    @Test
    void whatCannotBeMixedOrSmoothedIsSaid() {
        String[] gpt = {"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "1", "--out",
                "@/x"};
        fails(1, "--mixup is for images; tokens cannot be mixed, leave it out", with(gpt, "--mixup", "0.2"));
        works(with(gpt, "--label-smoothing", "0.1"));
        fails(1, "mixup: alpha 1000.0; it may be 0.01 to 100", with(TRAIN, "--mixup", "1000", "--out", "@/y"));
        fails(1, "label smoothing 1.0: choose a number", with(TRAIN, "--label-smoothing", "1", "--out", "@/y"));
        fails(2, "'--mixup'", with(TRAIN, "--mixup", "-1", "--out", "@/y"));
        fails(1, "a mini-batch of 1 image has none to mix it with", with(train(1, 3), "--mixup", "1", "--out", "@/y"));
    }
}
