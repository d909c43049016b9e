package org.logah.training.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.data.text.ByteText;
import org.logah.training.run.Trainings;

class MetaValidationTest {
    /** Another validation of the same weights is the same number, without another look at the architectures. */
    @Test
    void eachArchitectureIsTracedOnce() {
        ByteText text = Trainings.text();
        RandomStream random = new RandomStream(1);
        MetaTask task = ArchitectureSetTask.of(ModelCatalog.sampler("small"), text, 2, 16, random);
        AtomicInteger traced = new AtomicInteger();
        List<TargetNetwork> heldOut = List.of(
                counting("gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=16", traced),
                counting("gpt2:layers=2,heads=2,width=8,vocabulary=256,positions=16", traced));
        try (Device device = new CpuDevice(2, KernelChoice.AUTO)) {
            HyperNetwork ghn = new HyperNetwork(Variant.MINI.config(Domain.LANGUAGE));
            MetaTrainer trainer = new MetaTrainer(ghn, ghn.initialized(device, random), task,
                    MetaTrainer.Config.of(1, Schedule.constant(1e-2), MetaTrainer.Config.PENALTY, 1), device);
            MetaValidation validation = new MetaValidation(trainer, ghn, task, text.validation(2, 16, random), device,
                    random);
            double before = validation.loss(heldOut);
            assertEquals(2, traced.get());
            assertEquals(before, validation.loss(heldOut));
            assertEquals(2, traced.get());
            trainer.step();
            assertTrue(validation.loss(heldOut) != before);
            assertEquals(2, traced.get());
        }
    }

    /** Counts how often the network is asked for an example to be traced with. */
    private static TargetNetwork counting(String model, AtomicInteger traced) {
        TargetNetwork network = ModelCatalog.parse(model);
        return (TargetNetwork) Proxy.newProxyInstance(TargetNetwork.class.getClassLoader(),
                new Class<?>[]{TargetNetwork.class}, (_, method, arguments) -> {
                    if (method.getName().equals("exampleInputs")) traced.incrementAndGet();
                    try {
                        return method.invoke(network, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
