package org.logah.training.data.image;

/**
 * Brings numbers from 0 to 1 to mean 0 and deviation 1, channel by channel.
 *
 * @param mean of each channel
 * @param deviation of each channel, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // constants, never compared
record Standardization(double[] mean, double[] deviation) {
    int channels() { return mean.length; }

    /** {@return what the network reads for a number from 0 to 1} */
    float of(int channel, double value) {
        return (float) ((value - mean[channel]) / deviation[channel]);
    }
}
