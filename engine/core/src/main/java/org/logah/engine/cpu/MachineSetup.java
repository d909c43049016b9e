package org.logah.engine.cpu;

/** Kernels that are set up for the machine at hand. No number depends on how. */
public interface MachineSetup {
    /** {@return what was chosen, for people to read} */
    String setup();
}
