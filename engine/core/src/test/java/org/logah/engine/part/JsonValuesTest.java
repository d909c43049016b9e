package org.logah.engine.part;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.google.gson.JsonObject;

class JsonValuesTest {
    private static JsonObject json(String text) { return JsonValues.object("", JsonValues.parse("", text)); }

    /** A difference is never passed over: the second has a key less inside, the third one more. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
            "{\"a\":{\"b\":1,\"c\":2}}| {\"a\":{\"b\":1,\"c\":3}}| its a.c is 2, this one's 3",
            "{\"a\":{\"b\":1,\"c\":2}}| {\"a\":{\"b\":1}}| its a is {\"b\":1,\"c\":2}, this one's {\"b\":1}",
            "{\"a\":{\"b\":1}}| {\"a\":{\"b\":1,\"c\":2}}| its a is {\"b\":1}, this one's {\"b\":1,\"c\":2}",
            "{\"a\":{\"b\":{\"c\":1}},\"d\":1}| {\"a\":{\"b\":{\"c\":2}},\"d\":2}| its a.b.c is 1, this one's 2; its d is 1, this one's 2",
            "{}| {\"a\":1}| its a is null, this one's 1"})
    void differencesAreNamed(String theirs, String ours, String message) {
        assertEquals(message, JsonValues.difference(json(theirs), json(ours)));
    }
}
