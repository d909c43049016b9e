package org.logah.cli;

// README: begin
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

class EmbeddingExample {
    static float loss() {
        try (CpuDevice device = new CpuDevice(); Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=2,heads=4,width=64,vocabulary=256,tied=false");
            HyperNetwork logah = new HyperNetwork(Variant.TINY.config(Domain.LANGUAGE));
            Parameters weights = logah.initialized(device, new RandomStream(1)); // GhnFile.read(path, device) gives both from a file
            Parameters predicted = logah.predict(f, weights, gpt, new RandomStream(2)).parameters();
            var tokens = device.ofInts(Shape.of(1, 4), 76, 111, 71, 65);
            var next = device.ofInts(Shape.of(4), 111, 71, 65, 72);
            return gpt.loss(f, predicted, tokens, next).value().item();
        }
    }
}
// README: end
