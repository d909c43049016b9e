package org.logah.cli.command;

import java.util.Locale;

import org.logah.engine.MemoryBudget;
import org.logah.engine.TensorException;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What options' numbers may be: checked where they are read, before any work, with the option's name in the message. */
final class OptionBounds {
    private static final double MOST_RATE = 10;
    private static final int LEAST_COLUMNS = 20;

    private OptionBounds() {}

    private static int whole(String text, int least) {
        int n;
        try {
            n = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is no whole number of at most "
                    + String.format(Locale.ROOT, "%,d", Integer.MAX_VALUE));
        }
        if (n < least) throw new TypeConversionException(text + " is less than " + least);
        return n;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is no number");
        }
    }

    /** A whole number from 1. */
    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) { return whole(text, 1); }
    }

    /** A whole number from 0. */
    static final class CountOrNone implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) { return whole(text, 0); }
    }

    /** An amount of memory, in bytes. */
    static final class Memory implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return MemoryBudget.parse(text);
            } catch (TensorException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Characters of a column of text, enough for an indented word or two. */
    static final class Columns implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) { return whole(text, LEAST_COLUMNS); }
    }

    /** A seed: any whole number of 64 bits. */
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no whole number of 64 bits");
            }
        }
    }

    /** A learning rate. AdamW moves a number by about the rate a step, so none is sensible that is far above 1. */
    static final class Rate implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            double rate = number(text);
            if (!(rate > 0 && rate <= MOST_RATE))
                throw new TypeConversionException(
                        text + " is no learning rate; choose a number above 0, and at most " + (int) MOST_RATE);
            return rate;
        }
    }

    /** A share of something that stays: from 0 to below 1. */
    static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            double n = number(text);
            if (!(n >= 0 && n < 1)) throw new TypeConversionException(text + " is no number from 0 to below 1");
            return n;
        }
    }

    /** A finite number from 0. */
    static final class NotNegative implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            double n = number(text);
            if (!(n >= 0 && n < Double.POSITIVE_INFINITY))
                throw new TypeConversionException(text + " is no number from 0");
            return n;
        }
    }
}
