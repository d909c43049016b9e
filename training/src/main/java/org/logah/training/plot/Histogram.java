package org.logah.training.plot;

import java.util.List;
import java.util.Locale;

/**
 * How often values fall between two edges, as bars side by side.
 *
 * @param title above it
 * @param summary below the title
 * @param label below the horizontal axis
 * @param bins how many values are in each bin
 * @param edges where the bins begin, and where the last ends: one more than bins
 */
public record Histogram(String title, String summary, String label, List<Integer> bins, List<Double> edges) {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 60;
    private static final int RIGHT = 20;
    private static final int TOP = 60;
    private static final int BOTTOM = 50;
    private static final int LABELS = 5;

    /** {@return it as an SVG document} */
    public String svg() {
        SvgCanvas canvas = new SvgCanvas(WIDTH, HEIGHT);
        draw(canvas);
        return canvas.document();
    }

    private void draw(Canvas c) {
        int highest = bins.stream().mapToInt(n -> n).max().orElse(1);
        int step = Math.max(1, (int) wholeStep(highest));
        int top = (highest + step - 1) / step * step;
        int plotWidth = WIDTH - LEFT - RIGHT;
        int plotHeight = HEIGHT - TOP - BOTTOM;
        c.text(title, LEFT, 26, 15, -1, "#222222");
        c.text(summary, LEFT, 46, 12, -1, "#555555");
        for (int v = 0; v <= top; v += step) {
            double y = TOP + plotHeight * (1 - (double) v / top);
            c.line(LEFT, y, WIDTH - RIGHT, y, "#dddddd", 1);
            c.text(Integer.toString(v), LEFT - 8, y + 4, 11, 1, "#555555");
        }
        double slot = (double) plotWidth / bins.size();
        for (int i = 0; i < bins.size(); i++) {
            double height = (double) plotHeight * bins.get(i) / top;
            c.bar(LEFT + i * slot + 1, TOP + plotHeight - height, slot - 2, height, "#3f5fa8");
        }
        for (int i = 0; i < edges.size(); i += Math.max(1, bins.size() / LABELS))
            c.text(String.format(Locale.ROOT, "%.2f", edges.get(i)), LEFT + i * slot, HEIGHT - BOTTOM + 18, 11, 0,
                    "#555555");
        c.text(label, LEFT + plotWidth / 2.0, HEIGHT - 12, 12, 0, "#222222");
    }

    /** 1, 2 or 5 times a power of ten, at least a fifth of what is counted: bars end below the last line. */
    private static double wholeStep(double span) {
        double raw = span / 5;
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(raw, 1e-9))));
        double leading = raw / power;
        return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
    }
}
