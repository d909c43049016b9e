package org.logah.training.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.training.run.DivergedException;
import org.logah.training.run.Learner;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;
import org.logah.training.run.TrainingRun.ValidationPoint;
import org.logah.training.run.TrainingStep;
import org.logah.training.run.Validation;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

class SweepTest {
    private static final int STEPS = 4;
    @TempDir
    Path folder;

    /** Counts; with a rate of 1 and more it diverges at step 2. What it saves is its position. */
    private static final class Counter implements Learner {
        private final double rate;
        private int position;

        Counter(double rate) { this.rate = rate; }

        @Override
        public TrainingStep step(BooleanSupplier stopped) {
            if (rate >= 1 && position == 2) throw new DivergedException("step 2: the loss is NaN");
            return new TrainingStep(position++, rate, 1, rate, 1, true);
        }

        @Override
        public int position() { return position; }

        @Override
        public void save(Path file, Map<String, String> more) throws IOException {
            Files.writeString(file, Integer.toString(position));
        }

        @Override
        public void saveWeights(Path file, Map<String, String> more) throws IOException { save(file, more); }

        @Override
        public void restore(Path file) throws IOException { position = Integer.parseInt(Files.readString(file)); }
    }

    private final List<String> opened = new ArrayList<>();
    private final List<Integer> ended = new ArrayList<>();

    private Sweep sweep(List<SweepPoint> points, @Nullable SweepPoint stopAt) {
        Sweep[] sweep = new Sweep[1];
        sweep[0] = new Sweep(points, new Sweep.Trainings() {
            @Override
            public Sweep.Training open(int number, SweepPoint point) throws IOException {
                Path file = folder.resolve(point.name());
                Counter counter = new Counter(point.rate());
                if (Files.exists(file)) counter.restore(file);
                opened.add(number + " " + point.name() + " at " + counter.position());
                Validation validation = new Validation(2,
                        () -> point.rate() * 10 + Math.abs(counter.position() - 2) + point.seed() / 10.0);
                return new Sweep.Training(new TrainingRun(counter,
                        RunConfig.of(STEPS).withFile(file).withSaveEvery(Duration.ofDays(1))
                                .withOverwriting().withValidation(validation),
                        new TrainingListener() {
                            @Override
                            public void stepped(StepReport report) {
                                if (point.equals(stopAt) && report.done() == 1) sweep[0].stop();
                            }
                        }), counter);
            }

            @Override
            public void ended(List<SweepRow> rows) { ended.add(rows.size()); }
        });
        return sweep[0];
    }

    @Test
    void whatDivergesIsARowAndTheOthersGoOn() throws IOException {
        List<SweepRow> rows = sweep(SweepPoint.grid(List.of(1.0, 0.1), List.of(1L, 2L)), null).run();
        assertNotNull(rows);
        assertEquals(List.of("1 rate-1e0-seed-1 at 0", "2 rate-1e0-seed-2 at 0", "3 rate-1e-1-seed-1 at 0",
                "4 rate-1e-1-seed-2 at 0"), opened);
        assertEquals(List.of(1, 2, 3, 4), ended);
        assertEquals(new SweepRow(new SweepPoint(1, 1), 2, Double.NaN, new ValidationPoint(2, 10.1),
                "step 2: the loss is NaN"), rows.get(0));
        assertEquals(new SweepRow(new SweepPoint(0.1, 2), 4, 3.2, new ValidationPoint(2, 1.2), ""), rows.get(3));
        assertEquals("2", Files.readString(folder.resolve("rate-1e0-seed-1")), "saved before the step that failed");
    }

    @Test
    void aSweepThatWasStoppedGoesOnWhereItWas() throws IOException {
        List<SweepPoint> points = SweepPoint.grid(List.of(0.1, 0.2), List.of(1L));
        assertNull(sweep(points, points.get(1)).run());
        assertEquals(List.of(1), ended);
        opened.clear();
        List<SweepRow> rows = sweep(points, null).run();
        assertEquals(List.of("1 rate-1e-1-seed-1 at 4", "2 rate-2e-1-seed-1 at 1"), opened);
        assertNotNull(rows);
        assertEquals(List.of(4, 4), rows.stream().map(SweepRow::steps).toList());
    }

    @Test
    void aSweepThatIsStoppedBeforeItBeginsDoesNoStep() throws IOException {
        Sweep sweep = sweep(SweepPoint.grid(List.of(0.1), List.of(1L)), null);
        sweep.stop();
        assertNull(sweep.run());
        assertEquals("0", Files.readString(folder.resolve("rate-1e-1-seed-1")));
    }

    @Test
    void ratesAreToldInAsFewDigitsAsTheyTake() {
        assertEquals("3e-4", new SweepPoint(3e-4, 1).rateText());
        assertEquals("1.5e-3", new SweepPoint(0.0015, 1).rateText());
        assertEquals("1e1", new SweepPoint(10, 1).rateText());
        assertEquals("rate-1.23456789e-1-seed--7", new SweepPoint(0.123456789, -7).name());
        String message = assertThrows(TensorException.class, () -> SweepPoint.grid(List.of(0.1), List.of(3L, 3L)))
                .getMessage();
        assertEquals("the seed 3 is there twice; name it once", message);
    }

    @Test
    void theSummaryHasARowForEach() throws IOException {
        SweepSummary summary = new SweepSummary(Map.of("model", "m"), List.of(
                new SweepRow(new SweepPoint(1e-3, 1), 9, 2.5, new ValidationPoint(6, 2.25), ""),
                new SweepRow(new SweepPoint(1e-3, Long.MIN_VALUE), 9, 1.5, new ValidationPoint(9, 1.5), ""),
                new SweepRow(new SweepPoint(10, 1), 2, Double.NaN, null, "step 2: the loss is NaN"),
                new SweepRow(new SweepPoint(10, 2), 2, Double.NaN, null, "step 2: the loss is NaN")));
        List<String> lines = summary.table().lines().map(l -> l.strip().replaceAll(" +", " ")).toList();
        assertEquals(List.of("rate seed last loss lowest at step", "1e-3 1 2.5000 2.2500 6",
                "1e-3 -9223372036854775808 1.5000 1.5000 9", "1e1 1 diverged", "1e1 2 diverged",
                "1e-3 mean last loss 2.0000, of 2 seeds", "1e1 no seed came to the end"), lines);
        assertTrue(summary.table().lines().allMatch(l -> l.length() <= 80), summary.table());
        Path file = folder.resolve("summary.json");
        summary.write(file, false);
        JsonObject all = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        assertEquals("m", all.get("model").getAsString());
        JsonObject first = all.getAsJsonArray("runs").get(0).getAsJsonObject();
        assertEquals(2.25, first.get("lowest").getAsDouble());
        assertTrue(first.get("diverged").isJsonNull());
        JsonObject third = all.getAsJsonArray("runs").get(2).getAsJsonObject();
        assertTrue(third.get("last").isJsonNull() && third.get("lowest").isJsonNull(), third.toString());
        assertEquals("step 2: the loss is NaN", third.get("diverged").getAsString());
    }

    /** A sweep that goes on with other rates has those in its summary, too, that it had before. */
    @Test
    void theSummaryKeepsWhatAnEarlierSweepCameTo() throws IOException {
        Path file = folder.resolve("summary.json");
        Map<String, String> about = Map.of("model", "m", "steps", "4");
        SweepSummary first = new SweepSummary(about, List.of(row(1e-3, 1.5), row(3e-3, 1.25)));
        first.write(file, true);
        SweepSummary second = new SweepSummary(Map.of("model", "m", "steps", "8"),
                List.of(row(5e-3, 1), row(3e-3, 0.5)));
        second.requireSame(file);
        second.write(file, true);
        JsonArray runs = JsonParser.parseString(Files.readString(file)).getAsJsonObject().getAsJsonArray("runs");
        assertEquals(List.of("rate-5e-3-seed-1 1.0", "rate-3e-3-seed-1 0.5", "rate-1e-3-seed-1 1.5"),
                runs.asList().stream().map(JsonElement::getAsJsonObject)
                        .map(r -> r.get("name").getAsString() + " " + r.get("last").getAsDouble()).toList());
        SweepSummary another = new SweepSummary(Map.of("model", "wide"), List.of());
        assertEquals(file + ": is of trainings with another model, m instead of wide; choose another folder",
                assertThrows(FileFormatException.class, () -> another.requireSame(file)).getMessage());
        another.write(file, false);
        assertEquals(0, JsonParser.parseString(Files.readString(file)).getAsJsonObject().getAsJsonArray("runs").size());
        for (String damaged : List.of("", "[]", "{}", "{\"runs\": 1}", "{\"runs\": [1]}", "{\"runs\": [{}]}", "{")) {
            Files.writeString(file, damaged);
            String message = assertThrows(FileFormatException.class, () -> second.requireSame(file)).getMessage();
            assertTrue(message.contains("is no summary of trainings; move it away ("), message);
        }
    }

    private static SweepRow row(double rate, double last) {
        return new SweepRow(new SweepPoint(rate, 1), 4, last, null, "");
    }
}
