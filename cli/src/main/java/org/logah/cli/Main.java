package org.logah.cli;

import java.nio.file.Path;

import org.logah.cli.verify.Tolerances;
import org.logah.cli.verify.Verifier;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

final class Main {
    public static void main(String[] args) throws Exception {
        CpuDevice d = new CpuDevice(2, KernelChoice.parse(args[0]));
        for (int i = 1; i < args.length; i++) {
            long t = System.nanoTime();
            System.out.println(args[i]);
            new Verifier(d, Tolerances.CPU).verify(Path.of(args[i])).groups().forEach(System.out::println);
            System.out.println((System.nanoTime() - t) / 1e9);
        }
    }
}
