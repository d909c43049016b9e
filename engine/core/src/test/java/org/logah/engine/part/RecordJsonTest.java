package org.logah.engine.part;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.TensorException;

import com.google.gson.JsonParser;

class RecordJsonTest {
    /** A place for two parts, registered in the tests' META-INF/services. */
    public interface Shape extends Part {}

    /** A part with sizes. */
    public record Rectangle(int width, double heightFactor) implements Shape {
        public Rectangle() { this(1, 1); }

        public Rectangle { if (width < 1) throw new TensorException("rectangle: width " + width + " is not positive"); }

        @Override
        public String kind() { return "rectangle"; }
    }

    /** A part without any. */
    public record Dot() implements Shape {
        @Override
        public String kind() { return "dot"; }
    }

    public enum Colour {
        RED, DARK_BLUE
    }

    public record Drawing(String title, boolean framed, List<Colour> colours, Shape shape, Size size) {
        /** A record in a record. */
        public record Size(int pages) {}
    }

    private static final Drawing DRAWING = new Drawing("a \"b\"", true, List.of(Colour.DARK_BLUE, Colour.RED),
            new Rectangle(3, 0.5), new Drawing.Size(2));
    private static final String JSON = """
            {"title":"a \\"b\\"","framed":true,"colours":["dark_blue","red"],\
            "shape":{"kind":"rectangle","width":3,"height_factor":0.5},"size":{"pages":2}}""";

    @Test
    void recordsGoToJsonAndBack() {
        assertEquals(JSON, RecordJson.write(DRAWING).toString());
        assertEquals(DRAWING, RecordJson.read(Drawing.class, JsonParser.parseString(JSON)));
        Drawing dotted = new Drawing("", false, List.of(), new Dot(), new Drawing.Size(0));
        assertEquals(dotted, RecordJson.read(Drawing.class, RecordJson.write(dotted)));
    }

    /** What is replaced in the JSON above, by what, and what is said of it. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\0', value = {
            "\"framed\":true; \"framed\":1; 'framed' is 1, not true or false",
            "\"framed\":true,; ; 'framed' is missing",
            "\"framed\":true; \"framed\":true,\"thick\":1; 'thick' is unknown here",
            "\"pages\":2; \"pages\":2.5; 'size.pages' is 2.5, not a whole number",
            "\"pages\":2; \"pages\":3000000000; 'size.pages' is 3000000000, not a whole number",
            "{\"pages\":2}; [2]; 'size' is [2], not an object",
            "[\"dark_blue\",\"red\"]; [\"green\"]; 'colours[0]' is \"green\", not one of red, dark_blue",
            "[\"dark_blue\",\"red\"]; {}; 'colours' is {}, not a list",
            "\"kind\":\"rectangle\"; \"kind\":\"star\"; shape 'star': there are rectangle, dot",
            "\"kind\":\"rectangle\",; ; 'shape.kind' is missing",
            "\"width\":3; \"width\":\"3\"; 'shape.width' is \"3\", not a whole number",
            "\"width\":3; \"width\":0; rectangle: width 0 is not positive",
            "0.5; null; 'shape.height_factor' is null, not a number"})
    void whatDoesNotFitIsNamed(String part, String other, String message) {
        String changed = JSON.replace(part, other == null ? "" : other);
        assertTrue(!changed.equals(JSON), "the test changes something");
        assertEquals(message, assertThrows(TensorException.class,
                () -> RecordJson.read(Drawing.class, JsonParser.parseString(changed))).getMessage());
    }
}
