package org.logah.training.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.logah.training.plot.Canvas;
import org.logah.training.plot.ImageCanvas;
import org.logah.training.plot.SvgCanvas;

/** A few curves over one axis, drawn once and written as SVG or PNG. */
public final class CurvePlot {
    private static final int PLOT_WIDTH = 620;
    private static final int HEIGHT = 480;
    private static final int LEFT = 70;
    private static final int RIGHT = LEFT + PLOT_WIDTH;
    private static final int TOP = 60;
    private static final int BOTTOM = HEIGHT - 60;
    private static final String[] COLOURS = {"#0b6e4f", "#c1440e", "#3f5fa8", "#8a6d00", "#7a3b8f", "#555555",
            "#b0307a", "#2a9d8f", "#a0522d", "#1d3557"};
    /** Least range of an axis relative to its values; with less, all marks would have one number. */
    private static final double LEAST_RANGE = 0.01;
    private static final int NAME_LINE = 16;
    private static final int NAME_SPACE = 8;
    /** Of a letter, about: fonts differ. */
    private static final double LETTER = 6.6;
    private static final List<String> UNITS = List.of("", "K", "M", "G", "T");

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Line> lines = new ArrayList<>();
    private double most = Double.MAX_VALUE;
    private boolean powers;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Line(String name, double[] x, double[] y, List<double[]> single) {
        Stream<double[]> curves() { return Stream.concat(single.stream(), Stream.of(y)); }
    }

    /**
     * A plot without curves; its vertical axis covers the values of those that are added.
     *
     * @param title above the plot
     * @param xLabel below the horizontal axis
     * @param yLabel above the vertical axis
     */
    public CurvePlot(String title, String xLabel, String yLabel) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
    }

    /**
     * Adds a curve.
     *
     * @param name beside its end
     * @param x not negative, rising
     * @param y as many
     * @return this plot
     */
    public CurvePlot add(String name, double[] x, double[] y) { return add(name, x, y, List.of()); }

    /**
     * Adds a curve that is the mean of others, which are drawn thin.
     *
     * @param name beside its end
     * @param x not negative, rising
     * @param y as many
     * @param single the curves that it is the mean of, each with as many
     * @return this plot
     */
    public CurvePlot add(String name, double[] x, double[] y, List<double[]> single) {
        lines.add(new Line(name, x, y, List.copyOf(single)));
        return this;
    }

    /**
     * Limits the vertical axis, so that high values leave room for the others. A curve that begins above comes in from the top;
     * of one that stays above only the name is drawn.
     *
     * @param value the most that the axis covers; it may end a little higher
     * @return this plot
     */
    public CurvePlot upTo(double value) {
        most = value;
        return this;
    }

    /**
     * Takes the values as logarithms to the base 10: whole ones are marked, by the number of which they are the logarithm.
     *
     * @return this plot
     */
    public CurvePlot powersOfTen() {
        powers = true;
        return this;
    }

    private void draw(Canvas c) {
        c.text(title, LEFT, 28, 15, -1, "#222222");
        if (lines.isEmpty()) return; // there is no axis for no values
        double lastX = Math.max(1, lines.stream().flatMapToDouble(l -> Arrays.stream(l.x())).max().orElse(1));
        DoubleSummaryStatistics values = lines.stream().flatMap(Line::curves).flatMapToDouble(Arrays::stream)
                .summaryStatistics();
        double minY = values.getMin();
        double maxY = Math.min(values.getMax(), Math.max(most, minY));
        double step = powers ? 1 : niceStep(Math.max(maxY - minY, LEAST_RANGE * Math.abs(minY)));
        double low = Math.floor(minY / step) * step;
        double high = Math.max(Math.ceil(maxY / step) * step, low + step);
        DoubleUnaryOperator toY = v -> TOP + (BOTTOM - TOP) * (high - Math.min(v, high)) / (high - low);
        for (double v = low; v <= high + step / 2; v += step) {
            double y = toY.applyAsDouble(v);
            c.line(LEFT, y, RIGHT, y, "#dddddd", 1);
            c.text(powers ? power(v) : String.format(Locale.ROOT, "%." + digits(step) + "f", v), LEFT - 8, y + 4, 11, 1,
                    "#555555");
        }
        double stepX = niceStep(lastX);
        for (double v = 0; v <= lastX; v += stepX) {
            double x = LEFT + PLOT_WIDTH * v / lastX;
            c.line(x, BOTTOM, x, BOTTOM + 5, "#888888", 1);
            c.text(String.format(Locale.ROOT, "%.0f", v), x, BOTTOM + 19, 11, 0, "#555555");
        }
        c.line(LEFT, BOTTOM, RIGHT, BOTTOM, "#888888", 1);
        c.text(xLabel, LEFT + PLOT_WIDTH / 2.0, HEIGHT - 16, 12, 0, "#333333");
        c.text(yLabel, LEFT, TOP - 12, 12, -1, "#333333");
        for (int i = 0; i < lines.size(); i++) {
            Line l = lines.get(i);
            double[] x = Arrays.stream(l.x()).map(v -> LEFT + PLOT_WIDTH * v / lastX).toArray();
            for (double[] single : l.single()) curve(c, x, single, high, toY, colour(i), 0.6);
            curve(c, x, l.y(), high, toY, colour(i), 2.2);
        }
        names(c, toY);
    }

    private static void curve(Canvas c, double[] x, double[] y, double high, DoubleUnaryOperator toY, String colour,
            double width) {
        if (Arrays.stream(y).allMatch(v -> v > high)) return;
        c.path(entering(x, y, high), Arrays.stream(y).map(toY).toArray(), colour, width);
    }

    /** One at least, and as many as a step has. */
    private static int digits(double step) {
        return Math.max(1, (int) Math.ceil(-Math.log10(step) - 1e-6));
    }

    /** {@code 1K}, {@code 10M}, {@code 100G}. */
    private static String power(double exponent) {
        int e = (int) Math.round(exponent);
        int thousands = Math.clamp(e / 3, 0, UNITS.size() - 1);
        return String.format(Locale.ROOT, "%.0f", Math.pow(10, e - 3.0 * thousands)) + UNITS.get(thousands);
    }

    /** Each beside the end of its curve, in its colour, as far from the others as it takes to be read. */
    private void names(Canvas c, DoubleUnaryOperator toY) {
        int n = lines.size();
        double[] ends = lines.stream().mapToDouble(l -> toY.applyAsDouble(l.y()[l.y().length - 1])).toArray();
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> ends[i]));
        double[] places = new double[n];
        for (int i = 0; i < n; i++)
            places[i] = Math.max(ends[order[i]], i == 0 ? TOP : places[i - 1] + NAME_LINE);
        double bottom = BOTTOM;
        for (int i = n - 1; i >= 0 && places[i] > bottom; i--, bottom -= NAME_LINE) places[i] = bottom;
        for (int i = 0; i < n; i++)
            c.text(lines.get(order[i]).name(), RIGHT + NAME_SPACE, places[i] + 4, 12, -1,
                    colour(order[i]));
    }

    private static String colour(int line) { return COLOURS[line % COLOURS.length]; }

    /** What the names take beside the plot. */
    private int namesWidth() {
        int letters = lines.stream().mapToInt(l -> l.name().length()).max().orElse(0);
        return 2 * NAME_SPACE + (int) Math.ceil(LETTER * letters);
    }

    private int width() { return RIGHT + namesWidth(); }

    /** The x values; points above the top move to where the curve first crosses it. */
    private static double[] entering(double[] x, double[] y, double top) {
        double[] moved = x.clone();
        int in = 0;
        while (in < y.length - 1 && y[in] > top) in++;
        if (in == 0) return moved;
        double at = x[in - 1] + (x[in] - x[in - 1]) * (y[in - 1] - top) / (y[in - 1] - y[in]);
        Arrays.fill(moved, 0, in, Math.min(at, x[in]));
        return moved;
    }

    /** 1, 2 or 5 times a power of ten, about a sixth of the range. */
    private static double niceStep(double range) {
        double raw = Math.max(range, 1e-9) / 6;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double f = raw / power;
        return (f < 1.5 ? 1 : f < 3.5 ? 2 : f < 7.5 ? 5 : 10) * power;
    }

    /** {@return the plot as an SVG document} */
    public String svg() {
        SvgCanvas canvas = new SvgCanvas(width(), HEIGHT);
        draw(canvas);
        return canvas.document();
    }

    /**
     * {@return the plot as a PNG file, twice as many pixels as the SVG has units} Sets the system property
     * {@code java.awt.headless}.
     *
     * @throws IOException if the image cannot be encoded
     */
    public byte[] png() throws IOException {
        ImageCanvas canvas = new ImageCanvas(width(), HEIGHT);
        draw(canvas);
        return canvas.png();
    }
}
