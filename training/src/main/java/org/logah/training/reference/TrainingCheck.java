package org.logah.training.reference;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.models.TargetNetwork;

import com.google.gson.JsonObject;

/** A few optimizer steps, of a target or of a hypernetwork: losses, gradient norms and final weights. */
final class TrainingCheck {
    /** Adam divides by a gradient's size plus its eps (1e-8); below this size rounding decides where a weight goes. */
    private static final double STEADY_GRADIENT = 1e-5;

    private final GoldenFile file;
    private final Device device;
    private final Tolerances tolerances;
    private final Comparison result;

    /** One step's loss on a tape. */
    private interface Step {
        Variable loss(Functions f, Parameters p, int step) throws IOException;
    }

    TrainingCheck(GoldenFile file, Device device, Tolerances tolerances, Comparison result) {
        this.file = file;
        this.device = device;
        this.tolerances = tolerances;
        this.result = result;
    }

    void run() throws IOException {
        if (file.kind().equals("gpt2-train")) trainTarget();
        else trainHyperNetwork();
    }

    private void trainTarget() throws IOException {
        TargetNetwork target = file.gpt2(file.object("model"));
        Tensor inputs = file.reader().readIndices("input", device);
        Parameters p = Parameters.trainable(file.tensors("init.", device));
        train(p, (f, q, step) -> {
            Tensor tokens = inputs.slice(step, 1).reshape(Shape.of(inputs.shape().dim(1), inputs.shape().dim(2)));
            return target.loss(f, q, tokens, Verifier.nextTokens(device, tokens));
        });
    }

    private void trainHyperNetwork() throws IOException {
        HyperNetwork network = new HyperNetwork(
                file.ghn(false, file.vit(file.array("models").get(0).getAsJsonObject())));
        Parameters weights = GhnFile.readWeights(file.reader(), "init.", network, device);
        train(weights, (f, q, step) -> {
            TargetNetwork target = file.vit(file.array("models").get(step).getAsJsonObject());
            Tensor front = file.reader().read("step" + step + ".pos0", device);
            HyperNetwork.Prediction prediction = network.predict(f, q, target, network.graphOf(target), front::reshape);
            return target.loss(f, prediction.parameters(), file.reader().read("step" + step + ".input", device),
                    file.reader().readIndices("step" + step + ".target", device));
        });
    }

    private void train(Parameters p, Step step) throws IOException {
        JsonObject o = file.object("optimizer");
        AdamW adam = new AdamW(p,
                new AdamW.Config(file.decimal(o, "beta1"), file.decimal(o, "beta2"), file.decimal(o, "eps"),
                        file.decimal(o, "weight_decay")));
        int steps = file.integer("steps");
        float[] losses = new float[steps];
        float[] norms = new float[steps];
        for (int i = 0; i < steps; i++) {
            p.clearGradients();
            try (Tape tape = new Tape(device)) {
                Variable loss = step.loss(new Functions(tape), p, i);
                tape.backward(loss);
                losses[i] = loss.value().item();
            }
            double norm = GradientClip.norm(p);
            norms[i] = (float) norm;
            adam.step(file.decimal(o, "lr"), GradientClip.scale(norm, file.decimal(o, "clip_grad_norm")));
        }
        result.tensor("losses over steps", tolerances.steps(), "losses", losses, file.floats("losses", device));
        result.tensor("losses over steps", tolerances.steps(), "grad_norms", norms, file.floats("grad_norms", device));
        Map<String, float[]> ours = new LinkedHashMap<>();
        Map<String, Tensor> theirs = file.tensors("final.", device);
        Map<String, Tensor> state = adam.state();
        p.values().forEach((name, t) -> ours.put(name, steady(t, theirs.get(name), state.get("v." + name), steps)));
        Verifier.compareAll(result, "final weights", tolerances.steps(), 0, ours, theirs);
    }

    /** Our final weights, with theirs where the gradient was too small for Adam to be steady. */
    private static float[] steady(Tensor ours, @Nullable Tensor theirs,
            @Nullable Tensor secondMoment, int steps) {
        float[] out = ours.toFloats();
        if (theirs == null || secondMoment == null) return out;
        float[] expected = theirs.toFloats();
        float[] v = secondMoment.toFloats();
        double correction = 1 - Math.pow(0.999, steps);
        for (int i = 0; i < out.length; i++) {
            boolean moved = v[i] > 0;
            if (moved && Math.sqrt(v[i] / correction) < STEADY_GRADIENT) out[i] = expected[i];
        }
        return out;
    }
}
