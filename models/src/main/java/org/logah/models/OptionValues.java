package org.logah.models;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.logah.engine.TensorException;
import org.logah.models.FamilyOption.ValueType;

/** The options that were given with a family's name: {@code layers=6,tied=false}. */
public final class OptionValues {
    private final String model;
    private final Map<String, ValueType> known;
    private final Map<String, String> values = new HashMap<>();

    /**
     * Reads options and checks them all, so that a family finds only keys and values that it declared.
     *
     * @param model what the user wrote, for errors
     * @param text {@code key=value} pairs with commas between them; empty for none
     * @param options what the family has
     * @throws TensorException if a part is no {@code key=value}, a key is unknown or given twice, or a value is of another
     *         type
     */
    public OptionValues(String model, String text, List<FamilyOption> options) {
        this.model = model;
        this.known = options.stream().collect(Collectors.toMap(FamilyOption::key, FamilyOption::type));
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int at = part.indexOf('=');
            if (at < 1) throw wrong("'" + part + "' is not key=value");
            String key = part.substring(0, at).trim().toLowerCase(Locale.ROOT);
            ValueType type = known.get(key);
            if (type == null) {
                throw wrong("no option '" + key + "'; there are "
                        + options.stream().map(FamilyOption::key).collect(Collectors.joining(", ")));
            }
            String value = part.substring(at + 1).trim();
            check(key, value, type);
            if (values.put(key, value) != null) throw wrong("'" + key + "' is given twice");
        }
    }

    private void check(String key, String value, ValueType type) {
        if (type == ValueType.FLAG) {
            if (!value.equals("true") && !value.equals("false"))
                throw wrong(key + "=" + value + " is neither true nor false");
            return;
        }
        try {
            Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new TensorException("model '" + model + "': " + key + "=" + value + " is not a whole number", e);
        }
    }

    private TensorException wrong(String what) { return new TensorException("model '" + model + "': " + what); }

    /**
     * {@return the value of an option that is a whole number}
     *
     * @param key one of the family's options
     * @param otherwise what it is where it was not given
     */
    public int number(String key, int otherwise) {
        String v = value(key, ValueType.NUMBER);
        return v.isEmpty() ? otherwise : Integer.parseInt(v);
    }

    /**
     * {@return the value of an option that is true or false}
     *
     * @param key one of the family's options
     * @param otherwise what it is where it was not given
     */
    public boolean flag(String key, boolean otherwise) {
        String v = value(key, ValueType.FLAG);
        return v.isEmpty() ? otherwise : v.equals("true");
    }

    /** What was given, empty where nothing was: a checked value never is. */
    private String value(String key, ValueType type) {
        if (known.get(key) != type) throw new IllegalArgumentException("'" + key + "' is not declared as " + type);
        return values.getOrDefault(key, "");
    }
}
