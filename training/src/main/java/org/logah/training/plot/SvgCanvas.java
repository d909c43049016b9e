package org.logah.training.plot;

import java.util.Locale;

/** Writes what is drawn as an SVG document. */
public final class SvgCanvas implements Canvas {
    private final StringBuilder s = new StringBuilder();

    /**
     * An empty sheet.
     *
     * @param width in units, which are pixels where nobody scales it
     * @param height in units
     */
    public SvgCanvas(int width, int height) {
        s.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                width, height, width, height));
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, String colour, double width) {
        s.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1f L%.1f %.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>%n",
                x1, y1, x2, y2, colour, width));
    }

    @Override
    public void path(double[] x, double[] y, String colour, double width) {
        s.append("<path d=\"");
        for (int i = 0; i < x.length; i++)
            s.append(String.format(Locale.ROOT, "%s%.1f %.1f ", i == 0 ? "M" : "L", x[i], y[i]));
        s.append(String.format(Locale.ROOT,
                "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"/>%n", colour, width));
    }

    @Override
    public void bar(double x, double y, double width, double height, String colour) {
        s.append(
                String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
                        x, y, width, height, colour));
    }

    @Override
    public void text(String text, double x, double y, int size, int anchor, String colour) {
        s.append(String.format(Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>%n", x, y, size,
                colour,
                anchor < 0 ? "start" : anchor > 0 ? "end" : "middle", text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    /** {@return the document, with what was drawn so far} */
    public String document() { return s + "</svg>\n"; }
}
