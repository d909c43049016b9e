package org.logah.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.bench.Baseline;
import org.logah.cli.command.NumberReading;
import org.logah.engine.ControlGroupReading;
import org.logah.engine.DType;
import org.logah.engine.MemoryBudget;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;
import org.logah.engine.io.TorchReader;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.RecordJson;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.Scaling;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.architectures.ArchitectureFile;
import org.logah.training.data.image.CifarImages;
import org.logah.training.data.image.ImageReading;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.TokenFileReading;
import org.logah.training.experiment.RunFolderReading;
import org.logah.training.meta.ArchitectureSetTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.reference.Tolerances;
import org.logah.training.reference.Verifier;
import org.logah.training.run.Learner;
import org.logah.training.run.MetricsFile;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;
import org.logah.training.sweep.SweepSummary;
import org.logah.training.targets.TargetTrainer;
import org.logah.training.weights.InitialParameters;
import org.logah.training.weights.TargetFile;
import org.logah.training.weights.WeightsFolder;

/** Every reader of bytes from outside, with the folder that its files are written to; closing removes the folder. */
final class FuzzTargets implements AutoCloseable {
    /** The target whose training is resumed: small, since many inputs fill it. */
    static final String MODEL = "gpt2:layers=1,heads=1,width=4,vocabulary=5,positions=4,tied=false";
    private final CountingDevice device = new CountingDevice();
    private final Path folder;
    private final Map<String, Making> all = new TreeMap<>();

    /** Makes a target; only those that are asked for, since each loads many classes. */
    private interface Making {
        FuzzTarget make(String name, Path place) throws IOException;
    }

    FuzzTargets() throws IOException {
        Path memory = Path.of("/dev/shm"); // on a disk, writing would be most of the work
        folder = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "fuzz")
                : Files.createTempDirectory("fuzz");
        addTensors();
        addHypernetworks();
        addTrainings();
        addTexts();
        addData();
    }

    Set<String> names() { return all.keySet(); }

    FuzzTarget named(String name) throws IOException {
        Making making = all.get(name);
        if (making == null) throw new IllegalArgumentException("no target '" + name + "'; there are " + all.keySet());
        return making.make(name, Files.createDirectories(folder.resolve(name)));
    }

    Judge judge(FuzzTarget target) { return new Judge(target, device); }

    private void file(String name, String fileName, FuzzTarget.FileReading reading) {
        all.put(name, (n, place) -> FuzzTarget.ofFile(n, place.resolve(fileName), reading));
    }

    private void text(String name, FuzzTarget.TextReading reading) {
        all.put(name, (n, place) -> FuzzTarget.ofText(n, place, TensorException.class, reading));
    }

    private void addTensors() {
        file("safetensors", "x.safetensors", this::readAll);
        // Two bytes say how much data there is, the rest is the header: its length is always right.
        all.put("safetensors-header",
                (name, place) -> FuzzTarget.ofFile(name, place.resolve("x.safetensors"), in -> in.length < 2
                        ? in
                        : TensorText.file(Arrays.copyOfRange(in, 2, in.length), (in[0] & 0xff) << 8 | in[1] & 0xff),
                        this::readAll));
        all.put("index", (name, place) -> {
            SafetensorsWriter.write(place.resolve("a.safetensors"), Map.of("format", "pt"),
                    Map.of("x", device.zeros(Shape.of(2))));
            return FuzzTarget.ofFile(name, place.resolve("x.safetensors.index.json"), this::readIndex);
        });
        file("torch", "x.pt", this::readTorch);
        // With a right checksum in front of it; a fuzzer does not find one.
        all.put("torch-pickle", (name, place) -> FuzzTarget.ofFile(name, place.resolve("x.pt"), TorchArchive::of,
                this::readTorch));
        tensors("target-file", f -> TargetFile.read(f, TargetFile.network(f, null), device));
        tensors("other-classes", this::readForOtherClasses);
        file("model-config", WeightsFolder.CONFIG, f -> {
            TargetNetwork network = WeightsFolder.network(f.resolveSibling(WeightsFolder.WEIGHTS));
            if (network != null) ModelCatalog.family(network).libraryForm().config(network);
        });
        tensors("reference-numbers", f -> new Verifier(device, Tolerances.CPU).verify(f));
    }

    private void tensors(String name, FuzzTarget.FileReading reading) {
        all.put(name, (n, place) -> FuzzTarget.ofTensors(n, place.resolve("x.safetensors"), reading));
    }

    private void readAll(Path file) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            for (TensorEntry e : in.entries()) {
                if (e.type() == DType.I32 || e.type() == DType.I64) in.readIndices(e.name(), device);
                else in.read(e.name(), device);
            }
        }
    }

    /** What says that it is of other classes is taken for them once that is asked for. */
    private void readForOtherClasses(Path file) throws IOException {
        TargetNetwork network = ModelCatalog.parse("vit:layers=1,heads=1,width=4,mlp=16,image=4,patch=2,classes=3");
        try {
            InitialParameters.of(file.toString(), network, new RandomStream(1), device);
        } catch (FileFormatException e) {
            InitialParameters.withNewHead(file, network, new RandomStream(1), device);
        }
    }

    private void readTorch(Path file) throws IOException {
        try (TorchReader in = TorchReader.open(file)) {
            in.metadata(TorchReader.CONFIG);
            for (String name : in.names()) {
                TensorEntry entry = in.entry(name);
                in.stored(name, bytes -> {
                    if (bytes.byteSize() != entry.bytes()) throw new IllegalStateException(name);
                });
                in.isFinite(name);
            }
        }
    }

    private void readIndex(Path file) throws IOException {
        try (TensorReader in = TensorReader.open(file)) {
            in.metadata("format");
            for (String name : List.of("x", "y")) if (in.contains(name)) in.read(name, device);
        }
    }

    private void addHypernetworks() {
        tensors("hypernetwork", f -> GhnFile.read(f, device));
        file("hypernetwork-config", "x.json", f -> {
            GhnConfig config = GhnFile.config(f, Utf8.read(f));
            String written = RecordJson.write(config).toString();
            if (!GhnFile.config(f, written).equals(config)) throw new IllegalStateException(written);
        });
    }

    private void addTrainings() {
        ByteText text = new ByteText("a text of some length. ".repeat(9));
        all.put("training-state", (name, place) -> {
            TargetNetwork network = ModelCatalog.parse(MODEL);
            Parameters start = network.initialized(device, Initialization.RANDOM, new RandomStream(1));
            return resumption(name, place, new TargetTrainer(network, start, text.training(1, 4, new RandomStream(1)),
                    TargetTrainer.Config.of(Schedule.constant(0.1)), device), Map.of("data", "a", "seed", "1"));
        });
        all.put("meta-training-state", (name, place) -> {
            GhnFile.Loaded fresh = GhnFile.Loaded.fresh(Seeds.hypernetwork(), new RandomStream(1), device);
            return resumption(name, place, new MetaTrainer(fresh.network(), fresh.parameters(),
                    ArchitectureSetTask.of(ModelCatalog.sampler("small"), text, 1, 4, new RandomStream(1)),
                    MetaTrainer.Config.of(1, Schedule.constant(0.1), MetaTrainer.Config.PENALTY, 1), device),
                    Map.of("seed", "1"));
        });
        for (String kind : List.of("csv", "jsonl"))
            file("metrics-" + kind, "x." + kind, f -> new MetricsFile(f, 5).close());
        all.put("curve", (name, place) -> FuzzTarget.ofFile(name, RunFolderReading.curveFile(place),
                _ -> RunFolderReading.curve(place)));
        file("experiment", "experiment.json", f -> RunFolderReading.require(f.getParent()));
        SweepSummary summary = new SweepSummary(Map.of("model", "m"), List.of());
        file("sweep-summary", "summary.json", f -> {
            summary.requireSame(f);
            summary.write(f, true);
        });
        file("architectures", "x.jsonl", ArchitectureFile::read);
        file("architecture-ranges", "x.json", ArchitectureFile::read);
        file("ratios", "x.json", f -> Baseline.read(f).table());
    }

    private FuzzTarget resumption(String name, Path place, Learner learner, Map<String, String> about) {
        Path file = place.resolve("x.safetensors");
        RunConfig config = RunConfig.of(9).withFile(file).withAbout(about).withKernels(device);
        return FuzzTarget.ofTensors(name, file,
                _ -> new TrainingRun(learner, config, new TrainingListener() {
                }).resume());
    }

    private void addTexts() {
        text("model", text -> {
            TargetNetwork network = ModelCatalog.parse(text);
            String described = network.describe();
            if (!ModelCatalog.parse(described).describe().equals(described)) throw new IllegalStateException(described);
            network.shapes();
        });
        text("amount", text -> {
            long bytes = MemoryBudget.parse(text);
            if (bytes < 0) throw new IllegalStateException(Long.toString(bytes));
            MemoryBudget.format(bytes);
        });
        text("names", text -> {
            List<FuzzTarget.TextReading> readers = List.of(Variant::parse, Initialization::parse, Scaling::parse,
                    KernelChoice::parse, ModelCatalog::sampler);
            int refused = 0;
            for (FuzzTarget.TextReading reader : readers) {
                try {
                    reader.read(text);
                } catch (TensorException e) {
                    if (++refused == readers.size()) throw e;
                }
            }
        });
        all.put("numbers",
                (name, place) -> FuzzTarget.ofText(name, place, NumberReading.REFUSAL, NumberReading::read));
        all.put("control-groups", (name, place) -> new FuzzTarget(name, place, new ControlGroupReading(place)::read,
                TensorException.class));
    }

    private void addData() {
        file("text", "x.txt", f -> {
            ByteText read = ByteText.read(f);
            read.training(2, 8, new RandomStream(1)).batch(0, device);
            read.validation(2, 8, new RandomStream(1)).batch(0, device);
        });
        file("tokens", "x.tokens", TokenFileReading::read);
        file("cifar10", "data_batch_1.bin", this::readImages);
        file("cifar100", "train.bin", this::readImages);
        file("image", "x.png", ImageReading::image);
        idx("idx", "train-images-idx3-ubyte");
        idx("idx-gz", "train-images-idx3-ubyte.gz");
    }

    private void idx(String name, String fileName) {
        all.put(name, (n, place) -> {
            ImageReading.idxFolder(place);
            return FuzzTarget.ofFile(n, place.resolve(fileName), f -> ImageReading.idx(place, device));
        });
    }

    private void readImages(Path file) throws IOException {
        CifarImages.read(file.getParent(), true).batches(2, true, new RandomStream(1)).batch(0, device);
    }

    @Override
    public void close() {
        device.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(p);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
