package org.logah.cli.command;

import java.util.List;

import org.logah.engine.OneLine;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The numbers of options, each as every kind that there is. */
public final class NumberReading {
    public static final Class<? extends Exception> REFUSAL = TypeConversionException.class;
    private static final List<ITypeConverter<?>> ALL = List.of(new OptionBounds.Count(), new OptionBounds.CountOrNone(),
            new OptionBounds.Seed(), new OptionBounds.Rate(), new OptionBounds.NotNegative(), new OptionBounds.Share());

    private NumberReading() {}

    public static void read(String text) {
        int refused = 0;
        for (ITypeConverter<?> converter : ALL) {
            try {
                converter.convert(text);
            } catch (TypeConversionException e) {
                if (++refused == ALL.size()) throw new TypeConversionException(OneLine.of(e.getMessage())); // as Main does
            } catch (Exception e) {
                throw new IllegalStateException(converter.getClass().getName(), e);
            }
        }
    }
}
