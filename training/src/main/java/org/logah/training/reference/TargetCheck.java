package org.logah.training.reference;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.part.JsonFields;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;

/** A target run with given parameters: logits, loss and, where the parameters are the file's own, their gradients. */
record TargetCheck(GoldenFile file, Device device, Tolerances tolerances, Comparison result) {

    /** A file of a target alone: {@code param.*}, {@code input}, {@code logits}, {@code loss}, {@code gradparam.*}. */
    void run() throws IOException {
        TargetNetwork target = file.target(file.object("model"));
        file.requireParameters("param.", target);
        file.requireBatch(target, "input", "target");
        compareNames("names and shapes", target);
        Parameters p = Parameters.trainable(file.tensors("param.", device));
        try (Tape tape = new Tape(device)) {
            run(new Functions(tape), target, p);
            Verifier.compareAll(result, "gradients of parameters", tolerances.targetGradients(),
                    tolerances.small().floor(),
                    gradients(p), file.tensors("gradparam.", device));
        }
    }

    /** Compares logits and loss for the file's input, and leaves the loss's gradients in {@code p}. */
    void run(Functions f, TargetNetwork target, Parameters p) throws IOException {
        boolean language = target.data().kind() == DataKind.TOKENS;
        Tensor input = language ? file.reader().readIndices("input", device) : file.reader().read("input", device);
        Tensor classes = language ? Verifier.nextTokens(device, input) : file.reader().readIndices("target", device);
        Variable logits = target.forward(f, p, input);
        Variable loss = f.crossEntropy(f.reshape(logits, Shape.of(logits.shape().rows(), logits.shape().last())),
                classes, 0);
        result.tensor("logits", tolerances.logits(), "logits", logits.value().toFloats(),
                file.floats("logits", device));
        result.tensor("loss", tolerances.loss(), "loss", loss.value().toFloats(), file.floats("loss", device));
        f.tape().backward(loss);
    }

    void compareNames(String group, TargetNetwork target) throws IOException {
        JsonFields named = file.object("params");
        Map<String, Shape> theirs = new LinkedHashMap<>();
        for (String name : named.keys()) {
            Shape s = PredictionCheck.shape(named, name);
            if (s != null) theirs.put(name, s);
        }
        result.exact(group, "names and shapes of parameters", theirs.equals(target.shapes()));
    }

    static Map<String, float[]> gradients(Parameters p) {
        Map<String, float[]> out = new LinkedHashMap<>();
        for (String name : p.names()) {
            Tensor g = p.get(name).gradient();
            if (g != null) out.put(name, g.toFloats());
        }
        return out;
    }
}
