package org.logah.engine;

import java.util.List;

/** A kind of device beside the CPU, found through {@link java.util.ServiceLoader}. */
public interface DeviceProvider {
    /** The part of a device's name before the colon: {@code tornado}. */
    String kind();

    /**
     * What is there now.
     *
     * @throws UnavailableException if nothing is, with what is missing
     */
    List<Description> list();

    /**
     * Opens a device by its number.
     *
     * @throws UnavailableException if it is not there, with the way out
     */
    Device open(int number);

    /** One device: its name, and one line about it. */
    record Description(String name, String text) {}

    /** A device is not there; the message says in one line what is missing. */
    final class UnavailableException extends TensorException {
        private static final long serialVersionUID = 1L;

        public UnavailableException(String message) { super(message); }

        public UnavailableException(String message, Throwable cause) { super(message, cause); }
    }
}
