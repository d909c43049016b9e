package org.logah.models.text;

import org.logah.engine.TensorException;

/** A model's logits are no numbers, or infinite, so that no token is likelier than another: what a training that came apart leaves. */
public final class NoTokenException extends TensorException {
    private static final long serialVersionUID = 1;

    /** @param logit what stands where a number should */
    NoTokenException(float logit) {
        super("generate: a logit is " + logit + ", so no token can be chosen; the weights give no finite numbers");
    }
}
