package org.logah.training.reference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.RandomDraws;
import org.logah.engine.random.RandomStream;
import org.logah.models.TargetNetwork;
import org.logah.training.reference.Tolerances.Bound;

/** A few optimizer steps, of a target or of a hypernetwork: losses, gradient norms and final weights. */
record TrainingCheck(GoldenFile file, Device device, Tolerances tolerances, Comparison result) {

    /** One step's loss on a tape. */
    private interface Step {
        Variable loss(Functions f, Parameters p, int step) throws IOException;
    }

    void run() throws IOException {
        if (file.kind().equals("ghn-train")) trainHyperNetwork();
        else trainTarget();
    }

    private void trainTarget() throws IOException {
        TargetNetwork target = file.target(file.object("model"));
        file.requireParameters("init.", target);
        int steps = steps();
        file.requireShape("input", steps, 0, 0);
        Tensor inputs = file.reader().readIndices("input", device);
        Parameters p = Parameters.trainable(file.tensors("init.", device));
        train(steps, p, tolerances.targetWeights(), (f, q, step) -> {
            Tensor tokens = inputs.slice(step, 1).reshape(Shape.of(inputs.shape().dim(1), inputs.shape().dim(2)));
            return target.loss(f, q, tokens, Verifier.nextTokens(device, tokens));
        });
    }

    private void trainHyperNetwork() throws IOException {
        List<TargetNetwork> models = new ArrayList<>();
        for (JsonFields model : file.objects("models")) models.add(file.target(model));
        int steps = steps();
        for (int i = 0; i < steps; i++)
            file.requireBatch(models.get(i % models.size()), "step" + i + ".input", "step" + i + ".target");
        HyperNetwork network = new HyperNetwork(file.ghn(models.getFirst()));
        Parameters weights = GhnFile.readWeights(file.reader(), "init.", network, device);
        train(steps, weights, tolerances.hyperWeights(), (f, q, step) -> {
            TargetNetwork target = models.get(step % models.size());
            Tensor front = file.reader().read("step" + step + ".pos0", device);
            HyperNetwork.Prediction prediction = network.predict(f, q, target, network.graphOf(target),
                    new RandomDraws(front::reshape, new RandomStream(0)));
            return target.loss(f, prediction.parameters(), file.reader().read("step" + step + ".input", device),
                    file.reader().readIndices("step" + step + ".target", device));
        });
    }

    /** How many steps there are, which the losses say as well. */
    private int steps() throws IOException {
        int steps = file.integer("steps");
        if (steps < 1) throw new TensorException("'steps' is " + steps + ", not a number from 1");
        file.requireShape("losses", steps);
        return steps;
    }

    private void train(int steps, Parameters p, Bound weights, Step step) throws IOException {
        JsonFields o = file.object("optimizer");
        AdamW adam = new AdamW(p, new AdamW.Config(o.decimal("beta1"), o.decimal("beta2"), o.decimal("eps"),
                o.decimal("weight_decay")));
        double rate = o.decimal("lr");
        double clip = o.decimal("clip_grad_norm");
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
            adam.step(rate, GradientClip.scale(norm, clip));
        }
        result.tensor("losses over steps", tolerances.steps(), "losses", losses, file.floats("losses", device));
        result.tensor("losses over steps", tolerances.steps(), "grad_norms", norms, file.floats("grad_norms", device));
        compareFinal(p, weights, adam, 1 - Math.pow(o.decimal("beta2"), steps));
    }

    /**
     * Compares final weights, but for those whose gradient was too small for Adam to be steady: they get the reference's value
     * and are counted. Weights without any gradient are compared.
     *
     * @param correction what Adam divides its second moment by
     */
    private void compareFinal(Parameters p, Bound bound, AdamW adam, double correction) throws IOException {
        Map<String, float[]> ours = new LinkedHashMap<>();
        Map<String, Tensor> theirs = file.tensors("final.", device);
        Map<String, Tensor> state = adam.state();
        long leftOut = 0;
        for (String name : p.names()) {
            float[] out = p.get(name).value().toFloats();
            ours.put(name, out);
            Tensor expected = theirs.get(name);
            Tensor secondMoment = state.get("v." + name);
            if (expected == null || secondMoment == null || expected.shape().elements() != out.length) continue;
            leftOut += leaveOut(out, expected.toFloats(), secondMoment.toFloats(), correction);
        }
        Verifier.compareAll(result, "final weights", bound, 0, ours, theirs);
        result.leaveOut("final weights", leftOut, tolerances.small().mostLeftOut());
    }

    private int leaveOut(float[] ours, float[] theirs, float[] secondMoment, double correction) {
        int count = 0;
        for (int i = 0; i < ours.length; i++) {
            boolean moved = secondMoment[i] > 0;
            if (moved && Math.sqrt(secondMoment[i] / correction) < tolerances.small().steady()) {
                ours[i] = theirs[i];
                count++;
            }
        }
        return count;
    }
}
