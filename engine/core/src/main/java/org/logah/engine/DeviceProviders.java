package org.logah.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** The kinds of devices on the class path, beside the CPU. */
public final class DeviceProviders {
    /** Why there is no GPU device, and the way out. */
    public static final String NO_GPU = "this build has no GPU device; set TORNADOVM_HOME to a TornadoVM and build again (docs/gpu.md)";

    private DeviceProviders() {}

    /** {@return one of each kind, in the order of the class path} */
    public static List<DeviceProvider> all() {
        List<DeviceProvider> found = new ArrayList<>();
        ServiceLoader.load(DeviceProvider.class, DeviceProvider.class.getClassLoader()).forEach(found::add);
        return found;
    }

    /**
     * Opens a device such as {@code tornado:0}.
     *
     * @param name of the device: a kind, and the device's number where it is not the first
     * @return the device, to be closed
     * @throws DeviceProvider.UnavailableException if no such device is there
     */
    public static Device open(String name) { return open(name, DeviceProvider.Settings.PLAIN); }

    /**
     * Opens a device that works in a certain way.
     *
     * @param name of the device: a kind, and the device's number where it is not the first
     * @param settings how it works
     * @return the device, to be closed
     * @throws DeviceProvider.UnavailableException if no such device is there, or it cannot do that
     */
    public static Device open(String name, DeviceProvider.Settings settings) {
        int colon = name.indexOf(':');
        String kind = colon < 0 ? name : name.substring(0, colon);
        for (DeviceProvider p : all()) {
            if (p.kind().equals(kind)) return p.open(number(name, colon), settings);
        }
        throw new DeviceProvider.UnavailableException(kind.equals("tornado")
                ? "device '" + name + "' is not there: " + NO_GPU
                : "device '" + name + "' is not there; 'logah devices' lists those that are");
    }

    private static int number(String name, int colon) {
        try {
            return colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new DeviceProvider.UnavailableException("device '" + name + "': write " + name.substring(0, colon)
                    + ":0 for the first", e);
        }
    }
}
