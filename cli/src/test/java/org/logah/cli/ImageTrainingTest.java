package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

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

    /** Images of two classes in @/images, to train on and to validate with, each of its own size. */
    private void images() throws IOException {
        for (String part : List.of("train", "val")) {
            for (int i = 0; i < 6; i++) {
                BufferedImage image = new BufferedImage(20 + i, 25 - i, BufferedImage.TYPE_INT_RGB);
                for (int p = 0; p < image.getWidth(); p++)
                    image.setRGB(p, p % image.getHeight(), i % 2 == 0 ? 0xff00 : 0xff);
                Path file = folder.resolve("images").resolve(part).resolve(i % 2 == 0 ? "green" : "blue")
                        .resolve(i + ".png");
                Files.createDirectories(file.getParent());
                try (OutputStream out = Files.newOutputStream(file)) {
                    MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out);
                    assertTrue(ImageIO.write(image, "png", stream));
                    stream.close();
                }
            }
        }
    }

    /** The model says which side the images are brought to; where there are many models, an option does. */
    @Test
    void foldersOfImagesAreTrainedOn() throws IOException {
        images();
        String[] train = {"train", "--model", "vit:layers=1,heads=2,width=16,patch=8,image=16,classes=2", "--batch",
                "4",
                "--steps", "2", "--data", "@/images", "--out"};
        works(with(train, "@/v.safetensors"));
        fails(1, "the data has images of 3 x 32 x 32, the model reads 3 x 16 x 16; use image=32", with(train, "@/w",
                "--image-side", "32"));
        String[] meta = {"train-ghn", "--set", "small-vits", "--batch", "2", "--meta-batch", "1", "--steps", "1",
                "--data",
                "@/images", "--out", "@/g.safetensors"};
        fails(1, "images: images of a folder are brought to one size; say its side in pixels with --image-side", meta);
        works(with(meta, "--image-side", "16"));
        fails(1, "is of a run with another data", with(meta, "--image-side", "24", "--resume"));
        fails(1, "say its side in pixels with --image-side", "demo", "--set", "small-vits", "--data", "@/images",
                "--out",
                "@/d");
        for (int i = 1; i < 6; i += 2) Files.writeString(folder.resolve("images/train/blue/" + i + ".png"), "no image");
        fails(1, ".png: is no JPEG or PNG image; convert it, or take it away", with(train, "@/x"));
    }

    @Test
    void aSideIsForImagesOfMany() {
        fails(1, "--image-side 32: the images of this data set have a side of 24 and stay as they are; leave it out",
                with(TRAIN, "--image-side", "32", "--out", "@/x"));
        fails(1, "--image-side is for images; tokens have no side, leave it out", "train", "--model", TINY_GPT,
                "--context", "16", "--image-side", "32", "--out", "@/x");
        fails(2, "'--image-side'", with(TRAIN, "--image-side", "0", "--out", "@/x"));
    }
}
