package org.logah.training.plot;

/** What a chart is drawn on: a white sheet whose units count from its upper left corner. Colours are written {@code #rrggbb}. */
public interface Canvas {
    /**
     * Draws a straight line.
     *
     * @param x1 where it begins
     * @param y1 where it begins
     * @param x2 where it ends
     * @param y2 where it ends
     * @param colour its colour
     * @param width how thick it is
     */
    void line(double x1, double y1, double x2, double y2, String colour, double width);

    /**
     * Draws straight lines from each point to the next.
     *
     * @param x of the points, at least one
     * @param y as many
     * @param colour their colour
     * @param width how thick they are
     */
    void path(double[] x, double[] y, String colour, double width);

    /**
     * Fills a rectangle.
     *
     * @param x its left edge
     * @param y its upper edge
     * @param width from the left to the right
     * @param height from the top to the bottom
     * @param colour what with
     */
    void bar(double x, double y, double width, double height, String colour);

    /**
     * Writes a line of text.
     *
     * @param text any characters
     * @param x where it is
     * @param y its base line
     * @param size height of the font
     * @param anchor -1 starts at x, 0 is centred there, 1 ends there
     * @param colour its colour
     */
    void text(String text, double x, double y, int size, int anchor, String colour);
}
