package org.logah.engine.io.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.io.torch.Pickled.None;

class StateDictTest {
    private static Map<Object, Object> withATensor() {
        Map<Object, Object> root = new LinkedHashMap<>();
        root.put("w", tensor());
        return root;
    }

    private static TorchTensor tensor() {
        return new TorchTensor(new TorchStorage("0", DType.F32, 4), 0, Shape.of(2, 2), 2, 1);
    }

    /** A file of 149 KB can say this; each list is looked at once, not once for each of its names. */
    @Test
    @Timeout(20)
    void whatManyNamesStandForIsLookedAtOnce() {
        Map<Object, Object> root = withATensor();
        List<Object> shared = new ArrayList<>(Collections.nCopies(9_990, None.NONE));
        for (int i = 0; i < 20_000; i++) root.put("k" + i, shared);
        StateDict found = StateDict.of(root);
        assertEquals(List.of("w"), List.copyOf(found.tensors().keySet()));
        assertEquals(List.of(), found.others());
    }

    @Test
    void whatElseHasTensorsIsNamedEachTime() {
        Map<Object, Object> root = withATensor();
        List<Object> shared = new ArrayList<>(List.of(List.of(1L, tensor())));
        root.put("optimizer", shared);
        root.put("again", shared);
        root.put("epoch", 3L);
        List<Object> itself = new ArrayList<>();
        itself.add(itself);
        root.put("itself", itself);
        assertEquals(List.of("optimizer", "again"), StateDict.of(root).others());
    }

    @Test
    void withoutTensorsThereIsNoStateDict() {
        assertThrows(TensorException.class, () -> StateDict.of(new LinkedHashMap<>(Map.of("epoch", 3L))));
    }
}
