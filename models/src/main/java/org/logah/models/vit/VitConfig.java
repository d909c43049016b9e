package org.logah.models.vit;

import org.logah.engine.TensorException;

/**
 * What a vision transformer is built from.
 *
 * @param image side of the square input in pixels
 * @param patch side of the square patches
 */
public record VitConfig(int layers, int heads, int width, int mlp, int patch, int image, int classes) {
    public VitConfig {
        if (layers < 1 || heads < 1 || width < 1 || mlp < 1 || patch < 1 || image < 1 || classes < 1) {
            throw new TensorException("vit: layers " + layers + ", heads " + heads + ", width " + width + ", mlp " + mlp
                    + ", patch " + patch + ", image " + image + ", classes " + classes + " must all be positive");
        }
        if (width % heads != 0) throw new TensorException("vit: " + heads + " heads do not divide width " + width);
        if (image % patch != 0)
            throw new TensorException("vit: patches of " + patch + " do not divide an image of " + image);
    }

    /** With an MLP four times as wide. */
    public static VitConfig of(int layers, int heads, int width, int patch, int image, int classes) {
        return new VitConfig(layers, heads, width, 4 * width, patch, image, classes);
    }

    /** Number of patches. */
    public int patches() { return (image / patch) * (image / patch); }
}
