package org.logah.models.vit;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;

/**
 * What a vision transformer is built from.
 *
 * @param layers transformer layers
 * @param heads attention heads; they divide the width
 * @param width width of the states
 * @param mlp width inside the MLP
 * @param patch side of the square patches in pixels; it divides the image
 * @param image side of the square input in pixels
 * @param classes number of classes
 */
public record VitConfig(int layers, int heads, int width, int mlp, int patch, int image, int classes) {
    /**
     * Checks that the sizes go together.
     *
     * @throws TensorException if one of them is not within its {@link SizeBounds}, the heads do not divide the width, or the patches the image
     */
    public VitConfig {
        SizeBounds.of("vit").layers(layers).width("heads", heads).width("width", width).width("mlp", mlp)
                .within("patch", patch, SizeBounds.MOST_KERNEL).within("image", image, SizeBounds.MOST_IMAGE)
                .rows("classes", classes).heads(heads, width);
        if (image % patch != 0)
            throw new TensorException("vit: patches of " + patch + " do not divide an image of " + image);
    }

    /**
     * {@return a configuration with an MLP four times as wide}
     *
     * @param layers transformer layers
     * @param heads attention heads
     * @param width width of the states
     * @param patch side of the square patches in pixels
     * @param image side of the square input in pixels
     * @param classes number of classes
     */
    public static VitConfig of(int layers, int heads, int width, int patch, int image, int classes) {
        return new VitConfig(layers, heads, width, SizeBounds.fourTimes(width), patch, image, classes);
    }

    /** {@return the number of patches of one image} */
    public int patches() {
        return (image / patch) * (image / patch);
    }
}
