package org.logah.engine;

import java.nio.file.Path;
import java.util.Locale;

/** How much memory may be used, asked before anything large is allocated. */
public final class MemoryBudget {
    /**
     * What Java takes beside the tensors once it computes: heap, compiled code, classes, stacks. In trainings of several sizes it
     * grew by 85 to 95 MB from the moment that it asked here. A process that goes beyond its container's limit is killed.
     */
    private static final long JAVA = 128L << 20;

    private final long bytes;
    /** What the bytes are a part of, for the message; may be empty. */
    private final String part;

    private MemoryBudget(long bytes, String part) {
        this.bytes = bytes;
        this.part = part;
    }

    /**
     * A fixed limit.
     *
     * @param bytes how many may be used
     * @return the budget
     */
    public static MemoryBudget of(long bytes) { return new MemoryBudget(bytes, ""); }

    /**
     * What a device has free now.
     *
     * @param device whose memory is meant
     * @return what the machine or its container has free where its tensors are host memory, else the device's own limit
     */
    public static MemoryBudget of(Device device) { return device.isHost() ? ofMachine() : of(device.memoryLimit()); }

    /**
     * {@return what this machine has free now, or its container, where that has less, without what Java itself still takes;
     * unlimited where the system does not say}
     */
    public static MemoryBudget ofMachine() {
        SystemMemory memory = SystemMemory.read(Path.of("/"));
        if (memory.free() == SystemMemory.UNLIMITED) return of(Long.MAX_VALUE);
        boolean grouped = memory.limit() != SystemMemory.UNLIMITED;
        return new MemoryBudget(Math.max(0, memory.free() - JAVA),
                grouped ? " of this container's " + format(memory.limit()) : "");
    }

    /** {@return how many bytes may be used} */
    public long bytes() { return bytes; }

    /**
     * Checks that something fits.
     *
     * @param purpose what the memory is for, for the message
     * @param needed how many bytes it takes
     * @param largest what takes most, for the message; may be empty
     * @throws ExceededException if {@code needed} bytes are more than this budget
     */
    public void require(String purpose, long needed, String largest) {
        if (needed > bytes) {
            throw new ExceededException(purpose + " needs " + format(needed) + " of memory, " + format(bytes)
                    + part + " are available; choose a smaller model or batch"
                    + (largest.isEmpty() ? "" : ". Largest: " + largest));
        }
    }

    /**
     * Reads an amount of memory.
     *
     * @param text a number with K, M, G or T behind it, in powers of 1024, or of bytes: {@code 512M}, {@code 1.5G}, {@code 4096}
     * @return the number of bytes
     * @throws TensorException if it is no such amount
     */
    public static long parse(String text) {
        String t = text.trim().toUpperCase(Locale.ROOT).replaceAll("I?B$", "");
        int shift = t.endsWith("K") ? 10 : t.endsWith("M") ? 20 : t.endsWith("G") ? 30 : t.endsWith("T") ? 40 : 0;
        try {
            double number = Double.parseDouble(shift == 0 ? t : t.substring(0, t.length() - 1));
            if (!(number >= 0 && number < Double.POSITIVE_INFINITY)) throw new NumberFormatException();
            return (long) (number * (1L << shift));
        } catch (NumberFormatException e) {
            throw new TensorException("'" + text + "' is not an amount of memory; write 512M or 1.5G", e);
        }
    }

    /**
     * Writes an amount of memory.
     *
     * @param bytes how many
     * @return {@code 1.50 GB}, say, in powers of 1024
     */
    public static String format(long bytes) {
        if (bytes < 1024) return bytes + " bytes";
        double value = bytes;
        String[] units = {"KB", "MB", "GB", "TB"};
        int unit = -1;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.0f %s", value, units[unit]);
    }

    /** More memory is needed than there is. */
    public static final class ExceededException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * An exception of its own.
         *
         * @param message how much is needed, how much there is, and the way out, in one line
         */
        public ExceededException(String message) { super(message); }

        /**
         * An exception that another led to.
         *
         * @param message how much is needed, how much there is, and the way out, in one line
         * @param cause what led to it
         */
        public ExceededException(String message, Throwable cause) { super(message, cause); }
    }
}
