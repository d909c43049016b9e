package org.logah.engine;

import java.util.List;

/** A kind of device beside the CPU, found through {@link java.util.ServiceLoader}. */
public interface DeviceProvider {
    /** {@return the part of a device's name before the colon: {@code tornado}} */
    String kind();

    /**
     * What is there now.
     *
     * @return the devices, by their numbers
     * @throws UnavailableException if nothing is, with what is missing
     */
    List<Description> list();

    /**
     * Opens a device by its number.
     *
     * @param number counted from 0
     * @param settings how it works
     * @return the device, to be closed
     * @throws UnavailableException if it is not there or cannot do that, with the way out
     */
    Device open(int number, Settings settings);

    /** {@return the names of its kernels, for {@link #kernel}; none where it has no compiler of its own} */
    default List<String> kernels() {
        return List.of();
    }

    /**
     * A kernel as it is written and as the device's compiler gets it.
     *
     * @param name one of {@link #kernels}
     * @return both texts
     * @throws UnavailableException if there is no such kernel, or no device to compile it for
     */
    default KernelTranslation kernel(String name) {
        throw new UnavailableException(kind() + " devices have no kernel '" + name + "'");
    }

    /**
     * A kernel in two languages.
     *
     * @param written the kernel's source
     * @param generated what was made of it for the device
     */
    record KernelTranslation(String written, String generated) {}

    /**
     * How a device works.
     *
     * @param products what operands of matrix products are rounded to: {@link DType#F32} for not at all, {@link DType#BF16} or
     * {@link DType#F16} for tensor cores; sums are kept in 32 bits
     * @param replay whether sequences of operations that come again are recorded and replayed as one, which compiles longer;
     * numbers do not depend on it
     */
    record Settings(DType products, boolean replay) {
        /** Products in 32 bits, nothing recorded. */
        public static final Settings PLAIN = new Settings(DType.F32, false);
    }

    /**
     * One device.
     *
     * @param name to open it by
     * @param text one line about it
     */
    record Description(String name, String text) {}

    /** A device is not there; the message says in one line what is missing. */
    final class UnavailableException extends TensorException {
        private static final long serialVersionUID = 1L;

        /**
         * An exception of its own.
         *
         * @param message what is missing and the way out, in one line
         */
        public UnavailableException(String message) { super(message); }

        /**
         * An exception that another led to.
         *
         * @param message what is missing and the way out, in one line
         * @param cause what led to it
         */
        public UnavailableException(String message, Throwable cause) { super(message, cause); }
    }
}
