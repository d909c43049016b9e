package org.logah.training.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.LanguageModel;
import org.logah.models.text.NoTokenException;
import org.logah.models.text.TextGenerator;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;
import org.logah.training.run.DivergedException;
import org.logah.training.run.RunConfig;
import org.logah.training.run.StoppableRuns;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;
import org.logah.training.run.Validation;
import org.logah.training.targets.TargetTrainer;

/** Trains the target of a comparison from one start, on the batches that all starts of a seed get, and measures it on the way. */
final class StartTraining {
    /** Validations of each training, about. */
    private static final int VALIDATIONS = 40;
    private static final String PROMPT = "The ";
    private final ComparisonConfig config;
    private final DataSplits data;
    private final Device device;
    private final StartComparison.Listener listener;
    private final StoppableRuns runs;
    private final RandomStream random;

    StartTraining(ComparisonConfig config, DataSplits data, Device device, StartComparison.Listener listener,
            StoppableRuns runs) {
        this.config = config;
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.runs = runs;
        random = new RandomStream(config.meta().seed());
    }

    /**
     * Trains.
     *
     * @param stage which of the experiment's trainings it is
     * @param name of the start
     * @param rate learning rate
     * @param hypernetwork digest of what predicted the start; empty where nothing did
     * @param target the network
     * @param parameters what it starts from, and is trained in
     * @return the curve, which is short where the loss became no number; null where the training was stopped
     */
    @Nullable
    Curve train(StartComparison.Stage stage, String name, double rate, String hypernetwork, TargetNetwork target,
            Parameters parameters) throws IOException {
        int batch = config.meta().batch();
        int context = config.meta().context();
        TargetTrainer trainer = new TargetTrainer(target, parameters,
                data.training(batch, context, random.split("target")),
                TargetTrainer.Config.of(Schedule.constant(rate)), device);
        BatchSource unseen = data.validation(batch, context, random.split("validation"));
        Validation validation = trainer.validation(unseen,
                Math.max(1, config.trainSteps() / VALIDATIONS));
        Points points = new Points(listener.training(stage, name, rate));
        String before = written(target, parameters);
        RunConfig plan = RunConfig.of(config.trainSteps()).withValidation(validation);
        String after = "";
        boolean finished = true;
        List<Curve.Score> scores = List.of();
        try {
            if (runs.run(new TrainingRun(trainer, plan, points)).stopped()) return null;
            scores = scores(trainer, unseen);
            after = written(target, parameters);
        } catch (DivergedException e) {
            // A rate that is too high for a start is a result, too: its curve ends there.
            finished = false;
            listener.diverged(stage, name, rate, e);
        }
        return new Curve(config.meta().seed(), name, rate, points.steps, points.losses, finished, before, after,
                scores, hypernetwork);
    }

    private static List<Curve.Score> scores(TargetTrainer trainer, BatchSource unseen) {
        boolean images = trainer.network().data().kind() == DataKind.IMAGES;
        TargetTrainer.Scores scores = images
                ? trainer.score(unseen, StartComparison.END_BATCHES)
                : new TargetTrainer.Scores(trainer.validate(unseen, StartComparison.END_BATCHES), Double.NaN);
        if (!Double.isFinite(scores.loss()))
            throw new DivergedException("after the last step: the validation loss is " + scores.loss());
        Curve.Score loss = new Curve.Score(Curve.Score.LOSS, scores.loss());
        return images ? List.of(loss, new Curve.Score(Curve.Score.ACCURACY, scores.accuracy())) : List.of(loss);
    }

    private String written(TargetNetwork target, Parameters parameters) {
        Tokenizer tokenizer = data.tokenizer();
        if (tokenizer == null || !(target instanceof LanguageModel writer)) return "";
        // Tokens of more than a byte begin with the space before a word; one that stands alone is rare.
        String before = tokenizer instanceof ByteTokenizer ? PROMPT : PROMPT.strip();
        int[] prompt = tokenizer.encode(before);
        try {
            int[] more = new TextGenerator(writer, parameters, device).generate(prompt, config.meta().context(),
                    new TextGenerator.Sampling(0.8, 40), random.split("text"), _ -> {});
            return before + tokenizer.decode(more);
        } catch (NoTokenException e) {
            return ""; // its curve says so
        }
    }

    /** Keeps the validations and passes everything on. */
    private static final class Points implements TrainingListener {
        private final TrainingListener next;
        private final List<Integer> steps = new ArrayList<>();
        private final List<Double> losses = new ArrayList<>();

        Points(TrainingListener next) { this.next = next; }

        @Override
        public void started(int position, int of) { next.started(position, of); }

        @Override
        public void stepped(StepReport report) { next.stepped(report); }

        @Override
        public void validated(int position, double loss) {
            if (!Double.isFinite(loss))
                throw new DivergedException("step " + position + ": the validation loss is " + loss);
            steps.add(position);
            losses.add(loss);
            next.validated(position, loss);
        }

        @Override
        public void validated(int position, String name, double value) { next.validated(position, name, value); }

        @Override
        public void stopped(int position) { next.stopped(position); }

        @Override
        public void finished(TrainingRun.Outcome outcome) { next.finished(outcome); }
    }
}
