package org.logah.training.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

import org.logah.training.plot.Canvas;
import org.logah.training.plot.ImageCanvas;
import org.logah.training.plot.SvgCanvas;

/** A few curves over one axis, drawn once and written as SVG or PNG. */
public final class CurvePlot {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 480;
    private static final int LEFT = 70;
    private static final int RIGHT = 30;
    private static final int TOP = 60;
    private static final int BOTTOM = 60;
    private static final String[] COLOURS = {"#0b6e4f", "#c1440e", "#3f5fa8", "#8a6d00", "#7a3b8f", "#555555",
            "#b0307a", "#2a9d8f", "#a0522d", "#1d3557"};
    private static final int LEGEND_WIDTH = 190;
    private static final int LEGEND_LINE = 20;
    private static final List<String> UNITS = List.of("", "K", "M", "G", "T");

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Line> lines = new ArrayList<>();
    private double most = Double.MAX_VALUE;
    private boolean powers;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Line(String name, double[] x, double[] y, List<double[]> single) {}

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
     * @param name for the legend
     * @param x not negative, rising
     * @param y as many
     * @return this plot
     */
    public CurvePlot add(String name, double[] x, double[] y) { return add(name, x, y, List.of()); }

    /**
     * Adds a curve that is the mean of others, which are drawn thin.
     *
     * @param name for the legend
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
     * Ends the vertical axis below values that would leave no room for the others; a curve that begins above comes in from its edge.
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
        double maxX = 1;
        double minY = Double.MAX_VALUE;
        double maxY = -Double.MAX_VALUE;
        for (Line l : lines) {
            for (double x : l.x()) maxX = Math.max(maxX, x);
            List<double[]> drawn = new ArrayList<>(l.single());
            drawn.add(l.y());
            for (double[] values : drawn) {
                for (double y : values) {
                    minY = Math.min(minY, y);
                    maxY = Math.max(maxY, y);
                }
            }
        }
        maxY = Math.min(maxY, Math.max(most, minY));
        double step = powers ? 1 : niceStep(maxY - minY);
        double low = Math.floor(minY / step) * step;
        double high = Math.ceil(maxY / step) * step;
        int plotWidth = WIDTH - LEFT - RIGHT;
        int plotHeight = HEIGHT - TOP - BOTTOM;
        c.text(title, LEFT, 28, 15, -1, "#222222");
        for (double v = low; v <= high + step / 2; v += step) {
            double y = TOP + plotHeight * (high - v) / (high - low);
            c.line(LEFT, y, WIDTH - RIGHT, y, "#dddddd", 1);
            c.text(powers ? power(v) : String.format(Locale.ROOT, step < 0.5 ? "%.2f" : "%.1f", v), LEFT - 8, y + 4, 11,
                    1, "#555555");
        }
        double stepX = niceStep(maxX);
        for (double v = 0; v <= maxX; v += stepX) {
            double x = LEFT + plotWidth * v / maxX;
            c.line(x, TOP + plotHeight, x, TOP + plotHeight + 5, "#888888", 1);
            c.text(String.format(Locale.ROOT, "%.0f", v), x, TOP + plotHeight + 19, 11, 0, "#555555");
        }
        c.line(LEFT, TOP + plotHeight, WIDTH - RIGHT, TOP + plotHeight, "#888888", 1);
        c.text(xLabel, LEFT + plotWidth / 2.0, HEIGHT - 16, 12, 0, "#333333");
        c.text(yLabel, LEFT, TOP - 12, 12, -1, "#333333");
        double right = maxX;
        int legendTop = legendTop(x -> plotWidth * x / right,
                v -> TOP + plotHeight * (high - Math.min(v, high)) / (high - low));
        for (int i = 0; i < lines.size(); i++) {
            Line l = lines.get(i);
            double[] x = Arrays.stream(l.x()).map(v -> LEFT + plotWidth * v / right).toArray();
            DoubleUnaryOperator toY = v -> TOP + plotHeight * (high - Math.min(v, high)) / (high - low);
            String colour = COLOURS[i % COLOURS.length];
            for (double[] single : l.single())
                c.path(entering(x, single, high), Arrays.stream(single).map(toY).toArray(), colour, 0.6);
            c.path(entering(x, l.y(), high), Arrays.stream(l.y()).map(toY).toArray(), colour, 2.2);
            double legend = legendTop + LEGEND_LINE * i;
            c.line(WIDTH - RIGHT - LEGEND_WIDTH, legend - 4, WIDTH - RIGHT - 160, legend - 4, colour, 3);
            c.text(l.name(), WIDTH - RIGHT - 152, legend, 12, -1, "#222222");
        }
    }

    /** {@code 1K}, {@code 10M}, {@code 100G}. */
    private static String power(double exponent) {
        int e = (int) Math.round(exponent);
        int thousands = Math.clamp(e / 3, 0, UNITS.size() - 1);
        return String.format(Locale.ROOT, "%.0f", Math.pow(10, e - 3.0 * thousands)) + UNITS.get(thousands);
    }

    /** Where the legend's first line is: at the top, or as far below it as it takes to be in nobody's way; at the top if there is no such place. */
    private int legendTop(DoubleUnaryOperator toX, DoubleUnaryOperator toY) {
        List<double[]> behind = new ArrayList<>(); // y of the curves where the legend stands
        for (Line l : lines) {
            for (int i = 1; i < l.x().length; i++) {
                double from = LEFT + toX.applyAsDouble(l.x()[i - 1]);
                double to = LEFT + toX.applyAsDouble(l.x()[i]);
                double start = Math.max(from, WIDTH - RIGHT - LEGEND_WIDTH);
                if (to <= start) continue;
                double a = toY.applyAsDouble(l.y()[i - 1]);
                double b = toY.applyAsDouble(l.y()[i]);
                double entered = a + (b - a) * (start - from) / (to - from);
                behind.add(new double[]{Math.min(entered, b), Math.max(entered, b)});
            }
        }
        int height = LEGEND_LINE * lines.size();
        for (int top = TOP; top + height < HEIGHT - BOTTOM; top += LEGEND_LINE / 2) {
            int at = top;
            if (behind.stream().allMatch(y -> y[1] < at || y[0] > at + height)) return at + LEGEND_LINE;
        }
        return TOP + LEGEND_LINE;
    }

    /** Places where points above the top are moved to those where their curve comes below it. */
    private static double[] entering(double[] x, double[] y, double top) {
        double[] moved = x.clone();
        int in = 0;
        while (in < y.length - 1 && y[in] > top) in++;
        if (in == 0 || y[in] > top) return moved; // always below, or never
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
        SvgCanvas canvas = new SvgCanvas(WIDTH, HEIGHT);
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
        ImageCanvas canvas = new ImageCanvas(WIDTH, HEIGHT);
        draw(canvas);
        return canvas.png();
    }
}
